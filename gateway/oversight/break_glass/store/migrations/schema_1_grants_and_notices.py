"""Grants with the child's pseudonyms, and what somebody is still to be told."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FLAG: Final = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
_SECONDS: Final = sa.Double[float]().with_variant(sa.REAL[float](), "sqlite")
_MOMENT: Final = sa.DateTime(timezone=True).with_variant(sa.REAL(), "sqlite")
_NEVER: Final = {"postgresql": "'-infinity'", "sqlite": "0"}
# In PostgreSQL a grant stays as long as its entry in the log, whose functions these are.
_GUARDS: Final = (
    (
        "CREATE TRIGGER leave_stays BEFORE DELETE ON leave"
        " FOR EACH ROW EXECUTE FUNCTION refuse_unpruned()"
    ),
    (
        "CREATE TRIGGER leave_is_kept BEFORE TRUNCATE ON leave"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    ),
)


def upgrade() -> None:
    """Make the tables."""
    dialect = op.get_context().dialect.name
    _make_grants()
    _make_children()
    _make_notices(_NEVER[dialect])
    for guard in _GUARDS if dialect == "postgresql" else ():
        op.execute(guard)


def _make_grants() -> None:
    op.create_table(
        "leave",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("idx", _WHOLE, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("user", "organisation")),
        sa.Column("manager", sa.Text),
        *(sa.Column(name, _SECONDS, nullable=False) for name in ("expires_at", "review_by")),
        *(sa.Column(name, sa.Text) for name in ("reviewer", "verdict")),
        sa.Column("escalated", _FLAG, nullable=False, server_default=sa.text("0")),
        sqlite_strict=True,
    )
    waiting = sa.text("reviewer IS NULL")
    op.create_index(
        "leave_waiting",
        "leave",
        ["user", "organisation"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def _make_children() -> None:
    op.create_table(
        "leave_child",
        sa.Column(
            "leave_id", sa.Text, sa.ForeignKey("leave.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("pseudonym", sa.Text, primary_key=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_notices(never: str) -> None:
    op.create_table(
        "notice",
        sa.Column("about", sa.Text, primary_key=True),
        sa.Column("idx", _WHOLE, nullable=False),
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("place", "kind")),
        sa.Column("sent", _FLAG, nullable=False, server_default=sa.text("0")),
        sa.Column("until", _MOMENT, nullable=False, server_default=sa.text(never)),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    unsent = sa.text("sent = 0")
    op.create_index(
        "notice_unsent", "notice", ["until"], postgresql_where=unsent, sqlite_where=unsent
    )
