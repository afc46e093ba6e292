"""Who vouched for the user of a grant; "" is an issuer that was not kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add a column."""
    op.add_column("leave", sa.Column("issuer", sa.Text, nullable=False, server_default=""))
    if op.get_context().dialect.name == "sqlite":
        op.execute("PRAGMA user_version = 2")  # by which the release of this schema knows it
