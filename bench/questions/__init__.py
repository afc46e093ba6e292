"""What a question costs as a whole, and how soon its rows come."""
