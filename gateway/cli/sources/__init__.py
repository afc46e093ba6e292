"""What `teamaround source` and `teamaround reload` do."""
