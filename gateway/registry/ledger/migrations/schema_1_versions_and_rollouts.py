"""Versions of manifests, what was rolled out, and the leases of gateways."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT: Final = sa.DateTime(timezone=True).with_variant(sa.REAL(), "sqlite")
_GUARDS: Final = {
    "postgresql": (
        """CREATE FUNCTION refuse_leap() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.generation <> (SELECT coalesce(max(generation) + 1, 1) FROM enactment) THEN
    RAISE EXCEPTION 'an enactment begins the next generation';
  END IF;
  RETURN NEW;
END $$""",
        (
            "CREATE TRIGGER enactment_is_next BEFORE INSERT ON enactment"
            " FOR EACH ROW EXECUTE FUNCTION refuse_leap()"
        ),
        *(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            for table in ("source_version", "enactment")
        ),
    ),
    "sqlite": (
        """CREATE TRIGGER version_is_next BEFORE INSERT ON source_version
WHEN NEW.number IS NOT (
  SELECT coalesce(max(number) + 1, 1) FROM source_version WHERE source = NEW.source
)
BEGIN SELECT raise(ABORT, 'a version takes the next number'); END""",
        """CREATE TRIGGER enactment_is_next BEFORE INSERT ON enactment
WHEN NEW.generation IS NOT (SELECT coalesce(max(generation) + 1, 1) FROM enactment)
BEGIN SELECT raise(ABORT, 'an enactment begins the next generation'); END""",
        (
            "CREATE TRIGGER version_stays BEFORE DELETE ON source_version"
            " BEGIN SELECT raise(ABORT, 'a version stays'); END"
        ),
        (
            "CREATE TRIGGER version_is_final BEFORE UPDATE ON source_version"
            " BEGIN SELECT raise(ABORT, 'a version is final'); END"
        ),
        (
            "CREATE TRIGGER enactment_stays BEFORE DELETE ON enactment"
            " BEGIN SELECT raise(ABORT, 'an enactment stays'); END"
        ),
        (
            "CREATE TRIGGER enactment_is_final BEFORE UPDATE ON enactment"
            " BEGIN SELECT raise(ABORT, 'an enactment is final'); END"
        ),
    ),
}


def upgrade() -> None:
    """Make the tables, and refuse every change of a row that is to stay."""
    _make_versions()
    _make_enactments()
    _make_leases()
    for guard in _GUARDS[op.get_context().dialect.name]:
        op.execute(guard)


def _make_versions() -> None:
    op.create_table(
        "source_version",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("agency", "manifest")),
        sa.Column("rules", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("sha256", "findings")),
        sa.Column("level", sa.Text),
        sa.Column("from_folder", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("by_user", "by_organisation")),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def _make_enactments() -> None:
    op.create_table(
        "enactment",
        sa.Column("generation", _WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "files")),
        sa.Column("source", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("entry", _WHOLE),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("by_user", "by_organisation")),
        sa.Column("at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["source", "version"], ["source_version.source", "source_version.number"]
        ),
        sqlite_strict=True,
    )
    op.create_index("enactment_source", "enactment", ["source", "generation"])


def _make_leases() -> None:
    op.create_table(
        "lease",
        sa.Column("replica", sa.Text, primary_key=True),
        sa.Column("generation", _WHOLE, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sqlite_strict=True,
    )
