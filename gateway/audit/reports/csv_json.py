"""Entries for other programs: JSON a line, or a table that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from typing import Final

import orjson

from gateway.audit.entry.entry import AuditedAgency, Entry, stamp
from gateway.audit.entry.logged import Logged

_FIRST: Final = (
    *("index", "at", "kind", "query_id", "user", "organisation", "role", "purpose"),
    *("agencies", "released", "withheld", "through", "detail", "count", "child_pseudonyms"),
    *("document", "policy_version", "matcher_version", "issuer"),
)
# Whatever an entry has more comes after these, so that a table lacks nothing.
COLUMNS: Final = (*_FIRST, *(each.name for each in fields(Entry) if each.name not in _FIRST))
# What spreadsheets begin a formula with, in ASCII, full width and small, after any blanks.
_FORMULA: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212")
_BREAKS: Final = ("\t", "\r", "\n")


def as_json_lines(entries: Iterable[Logged]) -> Iterable[str]:
    """A line for each entry: its index, and the entry as it stands in the log."""
    for logged in entries:
        held = {"index": logged.index, "entry": orjson.Fragment(logged.leaf)}
        yield orjson.dumps(held).decode() + "\n"


def as_table(entries: Iterable[Logged]) -> Iterable[str]:
    """CSV after RFC 4180, below the line HEADING; texts are sealed as in the log."""
    for logged in entries:
        entry = logged.entry
        shown = {**_AGENCIES, **_SHOWN}
        cells = {name: getattr(entry, name) for name in COLUMNS if name not in shown}
        cells |= {name: show(entry) for name, show in shown.items()}
        cells["index"] = logged.index
        yield _line(_cell(cells[name]) for name in COLUMNS)


def _withheld(said: AuditedAgency) -> str:
    kept = ",".join(f"{each.release_class}:{each.rule}" for each in said.withheld)
    return f"{said.agency}={kept}" if kept else ""


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


_AGENCIES: Final[Mapping[str, Callable[[Entry], object]]] = {
    "index": lambda _: None,
    "agencies": lambda e: " ".join(
        f"{s.agency}={s.outcome or e.kind.without_outcome}" for s in e.agencies
    ),
    "released": lambda e: " ".join(f"{s.agency}={','.join(s.released)}" for s in e.agencies),
    "withheld": lambda e: " ".join(filter(None, map(_withheld, e.agencies))),
    "through": lambda e: " ".join(
        f"{s.agency}={','.join(map(str, s.through))}" for s in e.agencies if s.through
    ),
}
_SHOWN: Final[Mapping[str, Callable[[Entry], object]]] = {
    "at": lambda e: stamp(e.at),
    "child_pseudonyms": lambda e: " ".join(e.child_pseudonyms),
    "risks": lambda e: " ".join(e.risks),
    "pruned": lambda e: " ".join(f"{first}-{last}" for first, last in e.pruned),
    "standing": lambda e: _json(e.standing.fields) if e.standing else None,
    "change": lambda e: _json(asdict(e.change)) if e.change else None,
    "accounts": lambda e: _json([[a.issuer, a.user] for a in e.accounts]) if e.accounts else None,
    "succeeds": lambda e: _json(e.succeeds.fields) if e.succeeds else None,
    "look": lambda e: _json(e.look.held) if e.look else None,
}


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    is_formula = text.startswith(_BREAKS) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if is_formula else text


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


HEADING: Final = _line(COLUMNS)
