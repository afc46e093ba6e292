"""One question's journey, a file a stage; `gateway.app` is the only place where it is wired."""
