"""PostgreSQL too refuses a version that leaves a number out; SQLite always did."""

from typing import Final

from alembic import op

revision = "0003"
down_revision = "0002"

_GUARDS: Final = (
    """CREATE FUNCTION refuse_version_leap() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.number <> (
    SELECT coalesce(max(number) + 1, 1) FROM source_version WHERE source = NEW.source
  ) THEN
    RAISE EXCEPTION 'a version takes the next number';
  END IF;
  RETURN NEW;
END $$""",
    (
        "CREATE TRIGGER version_is_next BEFORE INSERT ON source_version"
        " FOR EACH ROW EXECUTE FUNCTION refuse_version_leap()"
    ),
)


def upgrade() -> None:
    """Guard the numbers."""
    for guard in _GUARDS if op.get_context().dialect.name == "postgresql" else ():
        op.execute(guard)
