"""A manifest as a checked value, and its JSON Schema. May use contract and expressions."""
