"""A made-up national register beside the source: it says who the child is, and clears of a shield.

No gateway shows where a child is until an authority has cleared her. So a source that is alone
would be silent. The register is a database of one file, asked as any other source is.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

NAME: Final = "teamaround-testing-register"
_NOBODY: Final[Mapping[str, str | int | None]] = {
    "nhsNumber": "9997000587",
    "upn": "Z000000000777",
    "familyName": "Nobody",
    "given": "Test",
    "birthDate": "2010-01-02",
    "sex": None,
    "restricted": 0,
}
_PLAIN: Final = ("familyName", "birthDate", "sex")
_TABLE: Final = """
CREATE TABLE child (
  record_id INTEGER PRIMARY KEY,
  nhs_number, upn, family_name, given_names, birth_date, sex, restricted
)
"""
_TAKE_OUT: Final = """
DELETE FROM child WHERE nhs_number = :nhsNumber OR upn = :upn
  OR (family_name = :familyName AND birth_date = :birthDate)
"""
_PUT: Final = """
INSERT INTO child (nhs_number, upn, family_name, given_names, birth_date, sex, restricted)
VALUES (:nhsNumber, :upn, :familyName, :given, :birthDate, :sex, :restricted)
"""
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
        """Hold a child called as in `known`: names and values of the schema's KnownDetails.

        Whoever was held under one of her numbers, or her name and birth date, is held no more.
        """
        child = {name: _text(known.get(name)) for name in _PLAIN}
        child |= {name: _without_spaces(known.get(name)) for name in ("nhsNumber", "upn")}
        child["given"] = _text(known.get("givenNames"))
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute(_TAKE_OUT, child)
            database.execute(_PUT, {**child, "restricted": int(restricted)})

    def grant(self) -> str:
        """The operator's grant, TOML."""
        return (
            f'[[grant]]\nsource = "{NAME}"\nagency = "{NAME}"\n'
            'claims = ["spine", "shield_authority", "national", "conclusive", "effects_none"]\n'
            f'origins = ["sqlite:///{self.file}"]\n'
            f'test_person = {{ nhs_number = "{_NOBODY["nhsNumber"]}", upn = "{_NOBODY["upn"]}" }}\n'
        )


def _text(told: object) -> str | None:
    if told is None:
        return None
    return " ".join(map(str, told)) if isinstance(told, list | tuple) else str(told)


def _without_spaces(number: object) -> str | None:
    return None if number is None else "".join(str(number).split())
