"""How the gateway stands, as operators see it: log, witnesses, keys, files. May use connections."""
