"""What `teamaround documents` does: a manifest of trusted documents, checked and reported."""
