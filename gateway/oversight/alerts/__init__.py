"""Accesses that somebody should look into: found in the log alone, ranked, reviewed."""
