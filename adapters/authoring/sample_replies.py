"""Replies about an invented child in a sample's shape: a draft has examples from the start."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

_CHILD: Final[Mapping[str, str]] = {
    "record_id": "1",
    "nhs_number": "9990000018",
    "upn": "T999400126001",
    "given_names": "Ann",
    "family_name": "Hill",
    "birth_date": "2014-02-01",
}
_NOBODYS: Final = {"nhs_number": "9990000026", "upn": "G999400126002", "family_name": "Nobody"}
_STEP: Final = re.compile(r'"([^"]*)"|([A-Za-z_]\w*)')
_NHS: Final = "https://fhir.nhs.uk/Id/nhs-number"


@dataclass(frozen=True, slots=True)
class SampleReplies:
    """Files beside a manifest, by what stands between its name and their ending; their TOML."""

    files: Mapping[str, bytes]
    text: str


def invented(
    kind: str, records: str | None, mapped: Mapping[str, str], asked: Mapping[str, tuple[str, ...]]
) -> SampleReplies:
    """Examples for the operations `asked`, each with its keys; none for kind `plugin`.

    `records` is where a reply's list is, `mapped` the paths of our names in one record.
    """
    files = _files(kind, records or "body.items", mapped)
    if not files:
        return SampleReplies({}, "")
    tables = [_example(kind, name, keys, "record") for name, keys in asked.items()]
    first, keys = next(iter(asked.items()))
    if "nobody" in files:
        tables.append(_example(kind, first, keys, "nobody"))
    return SampleReplies(files, "\n".join(tables))


def _files(kind: str, records: str, mapped: Mapping[str, str]) -> dict[str, bytes]:
    match kind:
        case "sql":
            row = {path: _CHILD[name] for name, path in mapped.items()}
            return {"record": orjson.dumps([row]), "nobody": orjson.dumps([])}
        case "file":
            return {"record": _table(mapped), "nobody": _table(mapped)}
        case "fhir":
            empty = {"resourceType": "Bundle", "type": "searchset", "total": 0}
            full = {**empty, "total": 1, "entry": [{"resource": _PATIENT}]}
            return {"record": orjson.dumps(full), "nobody": orjson.dumps(empty)}
        case "rest":
            return _listed(records, mapped)
        case _:
            return {}


def _listed(records: str, mapped: Mapping[str, str]) -> dict[str, bytes]:
    child: dict[str, Any] = {}
    for name, path in mapped.items():
        _put(child, path, _CHILD[name])
    if records == "[body]":
        return {"record": orjson.dumps(child)}
    if records == "body":
        return {"record": orjson.dumps([child]), "nobody": orjson.dumps([])}
    found: dict[str, Any] = {}
    empty: dict[str, Any] = {}
    _put(found, records.removeprefix("body."), [child])
    _put(empty, records.removeprefix("body."), [])
    return {"record": orjson.dumps(found), "nobody": orjson.dumps(empty)}


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = ("".join(step) for step in _STEP.findall(path))
    for parent in parents:
        document = document.setdefault(parent, {})
    document[last] = value


def _table(mapped: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow("".join(_STEP.findall(path)[0]) for path in mapped.values())
    rows.writerow(_CHILD[name] for name in mapped)
    return text.getvalue().encode()


_PATIENT: Final = {
    "resourceType": "Patient",
    "id": "1",
    "identifier": [{"system": _NHS, "value": _CHILD["nhs_number"]}],
    "name": [{"use": "usual", "family": "Hill", "given": ["Ann"]}],
    "birthDate": "2014-02-01",
}


def file_name(stem: str, kind: str, which: str) -> str:
    """The name of an example's file beside the manifest `stem`."""
    return f"{stem}.{which}.{'csv' if kind == 'file' else 'json'}"


def _example(kind: str, operation: str, keys: tuple[str, ...], which: str) -> str:
    child = _CHILD if which == "record" else {**_CHILD, **_NOBODYS}
    given = ", ".join(f'{key} = "{child[key]}"' for key in keys)
    outcome = 'expect = { family_name = "Hill", birth_date = "2014-02-01" }'
    if which != "record":
        outcome = 'outcome = "no-record"'
    return f"""[[example]]
operation = "{operation}"
given = {{ {given} }}
reply = "{file_name("{stem}", kind, which)}" # CHANGE to a reply of your system about a test child
{outcome}
"""
