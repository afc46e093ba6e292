"""Who vouched for whoever did it, and links of accounts; "" is an issuer that was not kept."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY: Final = ("first_issuer", "first_user", "second_issuer", "second_user", "step")
_GUARDS: Final = {
    "postgresql": (
        (
            "CREATE TRIGGER account_link_is_final"
            " BEFORE UPDATE OR DELETE OR TRUNCATE ON account_link"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ),
    ),
    "sqlite": (
        (
            "CREATE TRIGGER link_stays BEFORE DELETE ON account_link"
            " BEGIN SELECT raise(ABORT, 'a link stays'); END"
        ),
        (
            "CREATE TRIGGER link_is_final BEFORE UPDATE ON account_link"
            " BEGIN SELECT raise(ABORT, 'a link is final'); END"
        ),
    ),
}


def upgrade() -> None:
    """Add a column to what is there, and a table."""
    for table in ("source_version", "enactment"):
        op.add_column(table, sa.Column("by_issuer", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "account_link",
        *(sa.Column(name, sa.Text, primary_key=True) for name in _KEY),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("by_issuer", "by_user", "at")),
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sqlite_strict=True,
    )
    for guard in _GUARDS[op.get_context().dialect.name]:
        op.execute(guard)
