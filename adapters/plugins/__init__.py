"""Sources of another author's kind, as Python entry points. May use mapping and network."""
