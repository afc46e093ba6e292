"""How anyone checks the log: written from the specifications, sharing no code with it."""
