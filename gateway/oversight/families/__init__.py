"""Who looked at my child's record: what a family may see."""
