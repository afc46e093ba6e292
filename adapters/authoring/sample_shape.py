"""What a sample says of a system's form: the names of its fields, and never one of its values."""

import csv
import io
import re
import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import orjson

_DEEPEST: Final = 3
_LARGEST: Final = 8 * 1024 * 1024
_MOST_LOOKS: Final = 300_000  # at parts of an OpenAPI document
_NO_FORM: Final = "the sample is not a JSON, CSV or SQLite file"
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Words that fields are called by, letters and digits alone, in the order of preference.
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "record_id": (
        "recordid",
        "personid",
        "pupilid",
        "patientid",
        "childid",
        "studentid",
        "id",
        "sourcedid",
        "clientid",
        "ref",
    ),
    "nhs_number": ("nhsnumber", "nhsno", "nhsid", "nhs", "commonchildid"),
    "upn": ("upn", "uniquepupilnumber"),
    "given_names": ("givenname", "givennames", "forename", "forenames", "firstname", "given"),
    "family_name": ("familyname", "surname", "lastname", "family"),
    "birth_date": ("birthdate", "dateofbirth", "dob", "born"),
}


class SampleUnreadable(Exception):
    """The sample is of no form that is understood here; echoes nothing of it."""


@dataclass(frozen=True, slots=True)
class SampleShape:
    """A guess: `fields` are paths by our names, `records` where the list of records is.

    `table` is the database's table, `search` the path of an HTTP search.
    """

    kind: str | None = None
    records: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    table: str | None = None
    search: str | None = None


def shape_of(sample: Path) -> SampleShape:
    """The shape of a JSON reply, OpenAPI document, FHIR capability statement, CSV or SQLite file.

    SampleUnreadable for anything else.
    """
    try:
        if sample.stat().st_size > _LARGEST:
            raise SampleUnreadable("the sample is longer than 8 MiB")
        content = sample.read_bytes()
        if content[:16] == b"SQLite format 3\0":
            return _of_tables(sample)
        return shape_of_text(sample.name, content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, sqlite3.Error):
        raise SampleUnreadable(_NO_FORM) from None


def shape_of_text(name: str, content: str) -> SampleShape:
    """The same of a text whose file has this name; CSV by its ending, JSON otherwise."""
    try:
        if name.lower().endswith(".csv"):
            return _of_header(content)
        return _of_json(orjson.loads(content))
    except (orjson.JSONDecodeError, UnicodeEncodeError, csv.Error):
        raise SampleUnreadable(_NO_FORM) from None


def _of_json(document: Any) -> SampleShape:
    if isinstance(document, dict) and document.get("resourceType") in _FHIR:
        return SampleShape("fhir", search="/Patient")
    if isinstance(document, dict) and "openapi" in document:
        return _of_openapi(document)
    found = _records(document, "body", 0)
    if found is None:
        raise SampleUnreadable("the sample has neither a list of objects nor an object")
    path, record = found
    return SampleShape("rest", path, named(dict(_paths(record, "", 0))))


_FHIR: Final = frozenset({"CapabilityStatement", "Conformance", "Patient", "Bundle"})


def _records(document: Any, path: str, deep: int) -> tuple[str, Any] | None:
    if isinstance(document, list):
        first = next((one for one in document if isinstance(one, dict)), None)
        return None if first is None else (path, first)
    if not isinstance(document, dict) or deep == _DEEPEST:
        return None
    below = (_records(part, f"{path}.{_quoted(name)}", deep + 1) for name, part in document.items())
    listed = next((one for one in below if one is not None and not one[0].startswith("[")), None)
    return listed or (None if deep else (f"[{path}]", document))


def _paths(record: Any, path: str, deep: int) -> Iterator[tuple[str, str]]:
    # Each field's own name in letters and digits, and the path that leads to it.
    if not isinstance(record, dict) or deep == _DEEPEST:
        return
    for name, part in record.items():
        whole = f"{path}.{_quoted(name)}".removeprefix(".")
        if isinstance(part, dict):
            yield from _paths(part, whole, deep + 1)
        elif not isinstance(part, list):
            yield _bare(name), whole


def _of_openapi(document: dict[str, Any]) -> SampleShape:
    paths = document.get("paths")
    reads = [
        (path, item["get"])
        for path, item in (paths.items() if isinstance(paths, dict) else ())
        if isinstance(item, dict) and isinstance(item.get("get"), dict) and "{" not in path
    ]
    looks = count()
    for path, read in reads:
        names = _names(read.get("responses"), document, looks)
        fields = named({_bare(name): _quoted(name) for name in names})
        if {"family_name", "birth_date"} <= fields.keys():
            return SampleShape("rest", None, fields, search=path)
    raise SampleUnreadable("no path of this OpenAPI document answers with people")


def _names(schema: Any, document: dict[str, Any], looks: Iterator[int]) -> list[str]:
    """What the properties of a schema and of those near it are called, the nearest first.

    Each part is read once, as parts refer to each other and to themselves. SampleUnreadable once
    there were too many `looks`, of all paths together.
    """
    found: list[str] = []
    seen, waiting = set[int](), deque([(schema, 0)])
    while waiting:
        part, deep = waiting.popleft()
        if next(looks) >= _MOST_LOOKS:
            raise SampleUnreadable("the paths of this OpenAPI document refer to too much")
        if isinstance(part, list):
            waiting.extend((one, deep) for one in part)
        if not isinstance(part, dict) or deep > 4 * _DEEPEST or id(part) in seen:
            continue
        seen.add(id(part))
        properties = part.get("properties")
        found += properties if isinstance(properties, dict) else ()
        waiting.append((_referred(document, part), deep))
        waiting.extend((one, deep + 1) for one in part.values())
    return found


def _referred(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """What it refers to within the document, if anything."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _of_header(content: str) -> SampleShape:
    header = next(csv.reader(io.StringIO(content, newline="")), [])
    return SampleShape("file", None, named({_bare(name): _quoted(name.strip()) for name in header}))


def _of_tables(sample: Path) -> SampleShape:
    with closing(sqlite3.connect(f"file:{sample}?mode=ro", uri=True)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        found: dict[str, list[str]] = {}
        for (table,) in tables.fetchall():
            columns = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
            found[str(table)] = [str(name) for (name,) in columns]
    return shape_of_tables(found)


def shape_of_tables(tables: Mapping[str, Sequence[str]]) -> SampleShape:
    """The table or view whose columns look most like people; SampleUnreadable if none does."""
    people = {
        table: named({_bare(name): name for name in columns if _PLAIN.fullmatch(name)})
        for table, columns in tables.items()
        if all(_PLAIN.fullmatch(part) for part in table.split("."))
    }
    found = {table: fields for table, fields in people.items() if "family_name" in fields}
    if not found:
        raise SampleUnreadable("no table here has a column that looks like a surname")
    table = max(found, key=lambda one: len(found[one]))
    return SampleShape("sql", None, found[table], table=table)


def named(paths: Mapping[str, str]) -> dict[str, str]:
    """Our names for what fields are called: exactly, or by the end of a longer name."""
    found: dict[str, str] = {}
    for ours, words in _CALLED.items():
        exact = (paths[word] for word in words if word in paths)
        ending = (
            path for word in words[:-1] for name, path in paths.items() if name.endswith(word)
        )
        path = next(exact, None) or next(ending, None)
        if path is not None and path not in found.values():
            found[ours] = path
    return found


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else '"' + name.replace("\\", "").replace('"', "") + '"'
