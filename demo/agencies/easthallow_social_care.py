"""Social care of Easthallow: PostgreSQL with tables grown at home around a bought system.

Numbers are numeric columns, so telephone numbers have lost their leading zero; a birth date is a
timestamp; the mark of restriction is Y, N or empty.
"""

from collections.abc import Iterator
from typing import Final

from demo.population.caseload import Holding
from demo.population.people import Carer
from demo.population.staff import Worker
from demo.systems.sql_script import Row, inserts, reader

DATABASE: Final = "mosaic_copy"
READER: Final = "teamaround_reader"
_FIRST_PERSON = 30_000
_SEX = {"female": "F", "male": "M"}
_TABLES = """
CREATE TABLE dm_persons (
    person_id bigint PRIMARY KEY, nhs_id numeric(10), upn_id text, first_name text, last_name text,
    date_of_birth timestamp, gender char(1), restricted char(1));
CREATE INDEX ON dm_persons (nhs_id);
CREATE TABLE dm_addresses (
    address_id bigserial, person_id bigint REFERENCES dm_persons, address text, post_code text,
    uprn numeric(12), start_date timestamp, end_date timestamp);
CREATE TABLE dm_relations (
    person_id bigint REFERENCES dm_persons, other_name text, relation text,
    parental_responsibility char(1), telephone bigint);
CREATE TABLE cs_workers (
    worker_id bigint PRIMARY KEY, full_name text, job text, team text, registered text,
    telephone bigint, email text);
CREATE TABLE cs_allocations (
    person_id bigint REFERENCES dm_persons, worker_id bigint REFERENCES cs_workers,
    key_worker char(1), allocated timestamp, deallocated timestamp);
CREATE TABLE cs_legal_status (
    person_id bigint REFERENCES dm_persons, status text, from_date date, to_date date);
"""
_READABLE = (
    "dm_persons",
    "dm_addresses",
    "dm_relations",
    "cs_workers",
    "cs_allocations",
    "cs_legal_status",
)
_STATUSES = {
    "CHILD_IN_NEED": "CiN",
    "SECTION_47_ENQUIRY": "S47",
    "CHILD_PROTECTION_PLAN": "CP",
    "LOOKED_AFTER": "LAC",
}


def script(holdings: tuple[Holding, ...]) -> str:
    """Tables, rows, and a role for the gateway that may only read."""
    workers = {h.worker.name: h.worker for h in holdings if h.worker}
    ids = {name: serial for serial, name in enumerate(workers, start=1)}
    return "".join(
        (
            _TABLES,
            inserts("dm_persons", map(_person, holdings)),
            inserts("dm_addresses", (row for h in holdings for row in _addresses(h))),
            inserts("dm_relations", (_relation(h, c) for h in holdings for c in h.child.carers)),
            inserts("cs_workers", (_worker(ids[name], one) for name, one in workers.items())),
            inserts("cs_allocations", (_allocation(h, ids) for h in holdings)),
            inserts("cs_legal_status", (_status(h) for h in holdings if h.plan)),
            reader(READER, _READABLE),
        )
    )


def _id(holding: Holding) -> int:
    return _FIRST_PERSON + holding.serial


def _number(digits: str) -> int:
    return int(digits.replace(" ", ""))


def _person(holding: Holding) -> Row:
    child = holding.child
    return {
        "person_id": _id(holding),
        "nhs_id": _number(child.nhs_number) if child.nhs_number else None,
        "upn_id": child.upn,
        "first_name": child.given[0],
        "last_name": child.family,
        "date_of_birth": child.born,
        "gender": _SEX[child.sex],
        "restricted": None if holding.restricted is None else "NY"[holding.restricted],
    }


def _addresses(holding: Holding) -> Iterator[Row]:
    for home in holding.child.addresses:
        yield {
            "person_id": _id(holding),
            "address": f"{home.line}, {home.town}",
            "post_code": home.postcode.replace(" ", ""),
            "uprn": int(home.uprn),
            "start_date": home.since,
            "end_date": home.until,
        }


def _relation(holding: Holding, carer: Carer) -> Row:
    return {
        "person_id": _id(holding),
        "other_name": carer.name,
        "relation": carer.relationship,
        "parental_responsibility": "NY"[carer.parental_responsibility],
        "telephone": _number(carer.telephone),
    }


def _worker(serial: int, worker: Worker) -> Row:
    return {
        "worker_id": serial,
        "full_name": worker.name,
        "job": worker.team.role,
        "team": worker.team.name,
        "registered": worker.registration,
        "telephone": _number(worker.telephone),
        "email": worker.email,
    }


def _allocation(holding: Holding, ids: dict[str, int]) -> Row:
    return {
        "person_id": _id(holding),
        "worker_id": ids[holding.worker.name] if holding.worker else None,
        "key_worker": "NY"[holding.lead],
        "allocated": holding.since,
        "deallocated": holding.until,
    }


def _status(holding: Holding) -> Row:
    return {
        "person_id": _id(holding),
        "status": _STATUSES[holding.plan or "CHILD_IN_NEED"],
        "from_date": holding.since,
        "to_date": holding.until,
    }
