"""The ledger's tables as its statements name them; `migrations` makes them and guards them."""

from typing import Final

from sqlalchemy import REAL, BigInteger, Column, DateTime, Integer, MetaData, Table, Text

METADATA: Final = MetaData()
_WHOLE: Final = BigInteger().with_variant(Integer(), "sqlite")

VERSIONS: Final = Table(
    "source_version",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in ("agency", "manifest")),
    Column("rules", Text),
    *(Column(name, Text, nullable=False) for name in ("sha256", "findings")),
    Column("level", Text),
    Column("from_folder", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("by_user", "by_organisation", "at")),
    Column("by_issuer", Text, nullable=False, server_default=""),
)
ROLLOUTS: Final = Table(
    "enactment",
    METADATA,
    Column("generation", _WHOLE, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in ("kind", "files")),
    Column("source", Text),
    Column("version", Integer),
    Column("entry", _WHOLE),
    *(Column(name, Text, nullable=False) for name in ("by_user", "by_organisation", "at")),
    Column("by_issuer", Text, nullable=False, server_default=""),
)
LINKS: Final = Table(
    "account_link",
    METADATA,
    *(Column(name, Text, primary_key=True) for name in ("first_issuer", "first_user")),
    *(Column(name, Text, primary_key=True) for name in ("second_issuer", "second_user", "step")),
    *(Column(name, Text, nullable=False) for name in ("by_issuer", "by_user", "at")),
    Column("entry", _WHOLE, nullable=False),
)
# Of the moment alone: its rows come and go with the gateways that serve.
LEASES: Final = Table(
    "lease",
    METADATA,
    Column("replica", Text, primary_key=True),
    Column("generation", _WHOLE, nullable=False),
    Column("until", DateTime(timezone=True).with_variant(REAL(), "sqlite"), nullable=False),
)
