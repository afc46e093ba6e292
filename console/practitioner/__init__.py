"""Find the team around a child. May use pages."""
