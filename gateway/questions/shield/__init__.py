"""Whether a child is shielded, and what that hides. May use the rest of questions."""
