"""How events become lines: counted, kept back where many, written. Uses no other room."""
