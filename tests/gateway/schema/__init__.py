"""The schema as clients meet it."""
