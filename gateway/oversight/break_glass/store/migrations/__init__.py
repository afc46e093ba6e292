"""The schemas of break-glass grants, a file a number, as alembic runs them. Uses no other room."""
