"""How the pages ask the gateway: over HTTP, as the person, in parts. May use config."""
