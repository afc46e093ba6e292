"""One question's way, a room a stage; `gateway.http.app` wires it, and nothing else does."""
