"""The log's own shape of a row, and its SQLite file. May use entry and tree."""
