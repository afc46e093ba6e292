"""Break-glass grants in SQLite and PostgreSQL, and who is still to be told."""
