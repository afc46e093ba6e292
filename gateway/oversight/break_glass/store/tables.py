"""The tables of break-glass grants as their statements name them; `migrations` makes them."""

from typing import Final

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

METADATA: Final = MetaData()
_WHOLE: Final = BigInteger().with_variant(Integer(), "sqlite")
_FLAG: Final = SmallInteger().with_variant(Integer(), "sqlite")
_SECONDS: Final = Double[float]().with_variant(REAL[float](), "sqlite")

GRANTS: Final = Table(
    "leave",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("idx", _WHOLE, nullable=False, unique=True),
    *(Column(name, Text, nullable=False) for name in ("user", "organisation")),
    Column("manager", Text),
    *(Column(name, _SECONDS, nullable=False) for name in ("expires_at", "review_by")),
    *(Column(name, Text) for name in ("reviewer", "verdict")),
    Column("escalated", _FLAG, nullable=False, server_default=text("0")),
    Column("issuer", Text, nullable=False, server_default=""),
)
CHILDREN: Final = Table(
    "leave_child",
    METADATA,
    Column("leave_id", Text, ForeignKey("leave.id", ondelete="CASCADE"), primary_key=True),
    Column("pseudonym", Text, primary_key=True),
)
NOTICES: Final = Table(
    "notice",
    METADATA,
    Column("about", Text, primary_key=True),
    Column("idx", _WHOLE, nullable=False),
    *(Column(name, Text, primary_key=True) for name in ("place", "kind")),
    Column("sent", _FLAG, nullable=False, server_default=text("0")),
    Column(
        "until",
        DateTime(timezone=True).with_variant(REAL(), "sqlite"),
        nullable=False,
        server_default=text("0"),
    ),
)
