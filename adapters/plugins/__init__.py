"""Sources of a kind of somebody else's, as Python entry points. May use mapping and network."""
