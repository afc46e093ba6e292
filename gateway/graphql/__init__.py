"""Documents and the schema, in the words that clients are promised. May use policy."""
