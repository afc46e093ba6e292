"""The command `teamaround`. May use every room."""
