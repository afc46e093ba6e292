"""A question becomes entries, with pseudonyms for details. May use the rest of the log."""
