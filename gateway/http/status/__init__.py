"""How the gateway is doing, for operators: log, witnesses, keys, files. May use connections."""
