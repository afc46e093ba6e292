"""Which accesses somebody should look into: drawn from the log alone, ranked, reviewed."""
