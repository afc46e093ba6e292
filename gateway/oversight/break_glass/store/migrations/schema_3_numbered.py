"""From here on the schema's number stands in a table; the others are as they were."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change nothing."""
