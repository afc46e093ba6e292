"""HTTP/1.1 over kept connections, for questions. May use the rest of network."""
