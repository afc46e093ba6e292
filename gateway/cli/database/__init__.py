"""What `teamaround db` does to every store: its number, its upgrade, its copy. May use any room."""
