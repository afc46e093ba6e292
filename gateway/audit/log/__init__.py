"""The log itself, embedded and in PostgreSQL: append, read, prune. May use search and store."""
