"""Rules in Cedar: read, checked against the schema, and kept apart for each agency."""
