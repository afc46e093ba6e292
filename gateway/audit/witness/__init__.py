"""A regulator's own memory of a log: it signs growth, and nothing that denies what it saw."""
