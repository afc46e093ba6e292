"""Entries for other programs: JSON a line, or a table that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable
from typing import Final

import orjson

from gateway.audit.entry.entry import AuditedAgency, stamp
from gateway.audit.entry.logged import Logged

COLUMNS: Final = (
    *("index", "at", "kind", "query_id", "user", "organisation", "role", "purpose"),
    *("agencies", "released", "withheld", "detail", "count", "child_pseudonyms"),
    *("document", "policy_version", "matcher_version", "issuer"),
)
# What spreadsheets begin a formula with, in ASCII and in full width, or skip before one.
_FORMULA: Final = (
    *"=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}",
    *"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}",
)


def as_json_lines(entries: Iterable[Logged]) -> Iterable[str]:
    """A line for each entry: its index, and the entry as it stands in the log."""
    for logged in entries:
        held = {"index": logged.index, "entry": orjson.Fragment(logged.leaf)}
        yield orjson.dumps(held).decode() + "\n"


def as_table(entries: Iterable[Logged]) -> Iterable[str]:
    """CSV after RFC 4180, below the line HEADING; sealed texts stay out."""
    for logged in entries:
        yield _line(map(_cell, _values(logged)))


def _values(logged: Logged) -> tuple[object, ...]:
    entry = logged.entry
    return (
        *(logged.index, stamp(entry.at), entry.kind, entry.query_id, entry.user),
        *(entry.organisation, entry.role, entry.purpose),
        " ".join(f"{said.agency}={said.outcome or 'ASKED'}" for said in entry.agencies),
        " ".join(f"{said.agency}={','.join(said.released)}" for said in entry.agencies),
        " ".join(filter(None, map(_withheld, entry.agencies))),
        *(entry.detail, entry.count, " ".join(entry.child_pseudonyms), entry.document),
        *(entry.policy_version, entry.matcher_version, entry.issuer),
    )


def _withheld(said: AuditedAgency) -> str:
    kept = ",".join(f"{each.release_class}:{each.rule}" for each in said.withheld)
    return f"{said.agency}={kept}" if kept else ""


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


HEADING: Final = _line(COLUMNS)
