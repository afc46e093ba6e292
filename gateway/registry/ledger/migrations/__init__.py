"""The ledger's schemas, a file a number, as alembic runs them. Uses no other room."""
