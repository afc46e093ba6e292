"""What one part of a question costs by itself: a document, a decision, a token, a record."""
