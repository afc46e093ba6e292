"""Whether an answer is all, and how its further pages are asked for. May use the rest of http."""
