"""Sources that are databases. May use mapping and network."""
