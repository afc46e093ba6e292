"""The index that finds entries without opening them. May use entry and store."""
