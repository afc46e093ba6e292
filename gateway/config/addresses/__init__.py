"""Where the gateway's own stores are, as their addresses say. Uses no other room."""
