"""Pseudonyms, sealed texts and the keys for them. May use entry."""
