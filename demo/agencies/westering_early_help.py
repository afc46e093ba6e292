"""Early help of Westering: one SQLite file that a small council's family hub keeps."""

from typing import Final

from demo.population.caseload import Holding
from demo.systems.sql_script import Row, inserts

FILE: Final = "early_help.sqlite"
_TABLES = """
CREATE TABLE family_member (
    member_id INTEGER PRIMARY KEY, nhs_number TEXT, upn TEXT, forename TEXT, surname TEXT,
    birth_date TEXT, sex TEXT, address TEXT, postcode TEXT);
CREATE INDEX member_nhs ON family_member (nhs_number);
CREATE INDEX member_name ON family_member (surname COLLATE NOCASE, birth_date);
CREATE TABLE support (
    member_id INTEGER REFERENCES family_member, worker TEXT, role TEXT, hub TEXT, telephone TEXT,
    email TEXT, opened TEXT, closed TEXT, lead INTEGER);
"""


def script(holdings: tuple[Holding, ...]) -> str:
    """Tables and rows."""
    return "".join(
        (
            _TABLES,
            inserts("family_member", map(_member, holdings)),
            inserts("support", map(_support, holdings)),
        )
    )


def _member(holding: Holding) -> Row:
    child = holding.child
    return {
        "member_id": 500 + holding.serial,
        "nhs_number": child.nhs_number,
        "upn": child.upn,
        "forename": child.given[0],
        "surname": child.family,
        "birth_date": child.born,
        "sex": child.sex,
        "address": f"{child.home.line}, {child.home.town}",
        "postcode": child.home.postcode,
    }


def _support(holding: Holding) -> Row:
    worker = holding.worker
    return {
        "member_id": 500 + holding.serial,
        "worker": worker.name if worker else None,
        "role": worker.team.role if worker else None,
        "hub": worker.team.name if worker else None,
        "telephone": worker.telephone if worker else None,
        "email": worker.email if worker else None,
        "opened": holding.since,
        "closed": holding.until,
        "lead": int(holding.lead),
    }
