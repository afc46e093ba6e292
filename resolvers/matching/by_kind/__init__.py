"""Records that one number makes the child's, graded once for all that say the same of her."""
