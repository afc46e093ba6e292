"""Generated functions that read common documents; the exact mapping reads all others."""
