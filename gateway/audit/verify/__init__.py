"""What anybody checks the log with: written from the specifications, sharing no code with it."""
