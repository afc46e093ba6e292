"""What is in force and how it changes: files, proposals, generations. May use questions."""
