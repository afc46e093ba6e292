"""What a world is: children, agencies, callers, questions, and what is true of them."""
