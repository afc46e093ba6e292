"""What `source try` shows: one exchange about a test child, step by step. May use conformance."""
