"""The types of a child's answer. May use types."""
