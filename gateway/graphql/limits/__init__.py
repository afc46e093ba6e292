"""How much one request may ask of the gateway, counted before any work. May use child."""
