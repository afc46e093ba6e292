"""One question's way, a room a stage; `gateway.http.app` is the only place where it is wired."""
