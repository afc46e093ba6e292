"""Accesses that an auditor should look into: found only in the log, ranked, reviewed."""
