"""What `teamaround serve` does: one process, or several workers that are watched."""
