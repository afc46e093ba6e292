"""Many records: graded once where all say the same of her, and how many names are compared."""
