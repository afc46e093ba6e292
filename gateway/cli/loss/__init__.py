"""What `teamaround audit` does when a log is lost: another one that says so, and its check."""
