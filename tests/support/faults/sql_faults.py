"""Everything that goes wrong at an agency's database: in its tables, its file or its server."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect
from typing import Any, Final

from tests.support.agencies import MIRA, NATIONAL, RESTRICTED, SourceFile
from tests.support.faults.speech import ANOTHER

_OPERATION = """
[[operation]]
name = "by-number"
conclusive = {conclusive}
sql = "SELECT * FROM {table} WHERE {key} = :nhs_number"
  [operation.map]
  record_id = "record_id"
  nhs_number = "nhs"
  family_name = "family"
  given_names = "given"
  birth_date = "born"
  {restricted}
  [[operation.involvement]]
  practitioner = "worker"
"""
_COLUMNS: Final = ("record_id", "nhs", "family", "given", "born", "restricted", "worker")
_INVALID: Final = frozenset({"INVALID_RESPONSE"})
_UNAVAILABLE: Final = frozenset({"UNAVAILABLE"})
_TIMEOUT: Final = frozenset({"TIMEOUT"})
_REFUSED: Final = frozenset({"REFUSED"})


@dataclass(frozen=True, slots=True)
class SqlFault:
    """One fault: what the source reads, made by `script`, and what it must come to.

    `place` names a database that is ill as a whole; see `sqlite_places` and the PostgreSQL town.
    """

    name: str
    outcomes: frozenset[str]
    table: str = "person"
    script: str = ""
    key: str = "nhs"
    conclusive: bool = True
    place: str = "well"

    @property
    def waits(self) -> bool:
        """Whether it lasts as long as the question."""
        return "TIMEOUT" in self.outcomes

    def source(self, source_id: str, dsn: str, origin: str) -> SourceFile:
        """The source that has this fault, at `dsn`."""
        operation = _OPERATION.format(
            conclusive=str(self.conclusive).lower(),
            table=self.table,
            key=self.key,
            restricted=RESTRICTED,
        )
        return SourceFile(
            source_id,
            "sql",
            'dsn = { file = "dsn" }',
            operation,
            (origin,),
            claims=NATIONAL,
            secrets={"dsn": dsn},
        )


def columns(**changed: str) -> str:
    """The columns of a person, some of them computed."""
    return ", ".join(f"{changed[name]} AS {name}" if name in changed else name for name in _COLUMNS)


def view(name: str, select: str) -> str:
    """A view of the agency's own making."""
    return f"CREATE VIEW {name} AS {select};\n"


def row(child: Mapping[str, Any]) -> str:
    """A child as the values of a row."""
    keys = ("id", "nhs", "family", "given", "born", "restricted")
    values = [*(child[key] for key in keys), child["workers"][0]["name"]]
    return ", ".join(f"'{value}'" for value in values)


PERSON: Final = f"""
CREATE TABLE person ({", ".join(f"{name} text" for name in _COLUMNS)});
INSERT INTO person VALUES ({row(MIRA)});
CREATE TABLE nobody ({", ".join(f"{name} text" for name in _COLUMNS)});
"""
_SWAPPED: Final = ", ".join(
    part if "AS nhs" not in part else f"'{ANOTHER['nhs']}' AS nhs, nhs AS asked"
    for part in columns(
        nhs="nhs", family="'Zqmarkerson'", given="'Otto'", born=f"'{ANOTHER['born']}'"
    ).split(", ")
)
_CROWD: Final = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT "
    + columns(record_id="'p-' || CAST(i AS text)")
    + " FROM person, n"
)
_COMMON: Final = (
    SqlFault("has no such table", _INVALID, "zqmarker_missing"),
    SqlFault(
        "has wrong types in a birth date",
        _INVALID,
        "wrong_date",
        view("wrong_date", f"SELECT {columns(born='42')} FROM person"),
    ),
    SqlFault(
        "has wrong types in a name",
        _INVALID,
        "wrong_name",
        view("wrong_name", f"SELECT {columns(family='7')} FROM person"),
    ),
    SqlFault(
        "has renamed its columns, its key excepted",
        frozenset({"AMBIGUOUS"}),
        "renamed",
        view(
            "renamed", "SELECT nhs AS zqmarker, family AS zqmarker_2, nhs, restricted FROM person"
        ),
        key="zqmarker",
    ),
    SqlFault(
        "has dropped the column of its key",
        _INVALID,
        "keyless",
        view("keyless", "SELECT record_id, family FROM person"),
        key="keyless.zqmarker",
    ),
    SqlFault(
        "sends more children than it may", frozenset({"AMBIGUOUS"}), "crowd", view("crowd", _CROWD)
    ),
    SqlFault(
        "sends another child's record",
        _INVALID,
        "swapped",
        view("swapped", f"SELECT {_SWAPPED} FROM person"),
        key="asked",
    ),
    SqlFault(
        "has nothing by a key that proves nothing",
        frozenset({"NONE_FOUND"}),
        "nobody",
        conclusive=False,
    ),
)
_ENDLESS: Final = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
SQLITE_FAULTS: Final = (
    *_COMMON,
    SqlFault("has no database file", _UNAVAILABLE, place="missing"),
    SqlFault("has a file that is no database", _UNAVAILABLE, place="garbage"),
    SqlFault("has a damaged file", _UNAVAILABLE, place="damaged"),
    SqlFault("has locked its file", frozenset({"TIMEOUT", "BUSY"}), place="locked"),
    SqlFault(
        "searches without end",
        _TIMEOUT,
        "endless",
        view("endless", f"{_ENDLESS} SELECT {columns()} FROM person, n WHERE i < 0"),
    ),
    SqlFault(
        "has a huge row",
        _INVALID,
        "huge",
        view("huge", f"SELECT {columns()}, hex(zeroblob(200000)) AS padding FROM person"),
    ),
)
POSTGRES_FAULTS: Final = (
    *_COMMON,
    SqlFault("refuses the connection", _UNAVAILABLE, place="refused"),
    SqlFault("accepts and says nothing", _TIMEOUT, place="silent"),
    SqlFault("closes without a word", _UNAVAILABLE, place="closing"),
    SqlFault("resets before its answer", _UNAVAILABLE, place="resetting"),
    SqlFault(
        "stands behind something that speaks HTTP",
        frozenset({"UNAVAILABLE", "INVALID_RESPONSE"}),
        place="html",
    ),
    SqlFault("does not know our login", _REFUSED, place="stranger"),
    SqlFault("has no such database", _REFUSED, place="elsewhere"),
    SqlFault("forbids us the table", _REFUSED, "person", place="forbidden"),
    SqlFault(
        "hangs in its query",
        _TIMEOUT,
        "slow",
        view("slow", f"SELECT {columns()}, pg_sleep(120)::text AS slept FROM person"),
    ),
    SqlFault(
        "drops us midway",
        _UNAVAILABLE,
        "dropping",
        view("dropping", f"SELECT {columns()}, pg_terminate_backend(pg_backend_pid()) FROM person"),
    ),
    SqlFault(
        "fails midway",
        _INVALID,
        "failing",
        view(
            "failing",
            f"SELECT {columns()}, 1 / (3 - i) AS share FROM person, generate_series(1, 3) i",
        ),
    ),
    SqlFault(
        "has a huge row",
        _INVALID,
        "huge",
        view("huge", f"SELECT {columns()}, repeat('zqmarker', 20000) AS padding FROM person"),
    ),
)


def script(faults: tuple[SqlFault, ...]) -> str:
    """The agency's tables and views."""
    return PERSON + "".join(fault.script for fault in faults)


def sqlite_places(folder: Path) -> dict[str, Path]:
    """The SQLite files by name: one well, the others ill as a whole."""
    folder.mkdir()
    places = {
        name: folder / f"zqmarker-{name}.db"
        for name in ("well", "missing", "garbage", "damaged", "locked")
    }
    for name in ("well", "damaged", "locked"):
        with connect(places[name]) as database:
            database.executescript(script(SQLITE_FAULTS))
        database.close()
    places["garbage"].write_bytes(b"zqmarker" * 1000)
    whole = places["damaged"].read_bytes()
    places["damaged"].write_bytes(whole[:4096] + b"zqmarker" * (len(whole) // 8 - 512))
    return places
