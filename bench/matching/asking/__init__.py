"""Made-up callers with their questions, and what became of each."""
