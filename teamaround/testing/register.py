"""A made-up national register beside the source: it says who the child is, and clears of a shield.

No gateway shows where a child is until an authority has cleared her. So a source that is alone
would be silent. The register is a database of one file, asked as any other source is.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

NAME: Final = "teamaround-testing-register"
_NOBODY: Final = ("t-1", "9997000587", "Z000000000777", "Nobody", "Test", "2010-01-02", "OTHER", 0)
_TABLE: Final = """
CREATE TABLE child (record_id PRIMARY KEY, nhs_number, upn, family_name, given_names, birth_date,
  sex, restricted)
"""
_PUT: Final = "INSERT OR REPLACE INTO child VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
MANIFEST: Final = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class MadeUpRegister:
    """The register's file; it holds whoever was put there, and a test child."""

    file: Path

    def create(self) -> None:
        """Make the file, with the test child in it."""
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute(_TABLE)
            database.execute(_PUT, _NOBODY)

    def put(self, known: Mapping[str, Any], *, restricted: bool) -> None:
        """Hold a child called as in `known`: names and values of the schema's KnownDetails."""
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute(_PUT, tuple(_row(known, restricted=restricted)))

    def grant(self) -> str:
        """The operator's grant, TOML."""
        return (
            f'[[grant]]\nsource = "{NAME}"\nagency = "{NAME}"\n'
            'claims = ["spine", "shield_authority", "national", "conclusive", "effects_none"]\n'
            f'origins = ["sqlite:///{self.file}"]\n'
            f'test_person = {{ nhs_number = "{_NOBODY[1]}", upn = "{_NOBODY[2]}" }}\n'
        )


def _row(known: Mapping[str, Any], *, restricted: bool) -> Iterator[str | int | None]:
    yield "c-1"
    for name in ("nhsNumber", "upn", "familyName"):
        yield known.get(name)
    yield " ".join(known.get("givenNames") or ()) or None
    yield known.get("birthDate")
    yield known.get("sex")
    yield int(restricted)
