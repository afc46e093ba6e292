"""The children whom every register by others holds, and the records that are read of them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from adapters.contract.codes import InvolvementStatus, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.record import (
    Address,
    Carer,
    Identifier,
    Involvement,
    Name,
    Practitioner,
    Record,
    School,
)

NOBODY: Final = "9990000026"
BORN: Final = "2014-02-01"


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works with a child; an empty `ended` is somebody who still does."""

    id: int
    name: str
    role: str
    team: str = "East"
    telephone: str = "01632 960321"
    email: str = "east@agency.example"
    began: str = "2026-01-05"
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A row of the register, its lists in it."""

    id: int
    nhs: str
    forename: str
    surname: str
    sex: str = "F"
    born: str = BORN
    hidden: str = "N"
    street: str = "4 Tanner's Row"
    postcode: str = "ZE1 0AA"
    school: str = "Northbrook Primary"
    urn: str = "100000"
    carer: str = "Siân O'Neill"
    workers: tuple[Worker, ...] = ()


def _workers(child: int, count: int) -> tuple[Worker, ...]:
    return tuple(
        Worker(
            100 * child + n,
            f"Zoë Worker {n}",
            "social worker" if n % 2 else "nurse",
            ended="2026-03-01" if n % 3 == 0 else None,
        )
        for n in range(1, count + 1)
    )


ANN: Final = Child(1, "9990000018", "Ann", "Hill", workers=_workers(1, 2))
NIAMH: Final = Child(2, "9990000034", "Niamh", "O'Brien", workers=_workers(2, 1))
ZOE: Final = Child(3, "9990000042", "Zoë", "Łuczak-Müller", workers=_workers(3, 1))
RUTH: Final = Child(4, "9990000050", "Ruth", "Vale", hidden="Y", workers=_workers(4, 1))
MAX: Final = Child(5, "9990000069", "Max", "Okoro", sex="M", workers=_workers(5, 23))
IDA: Final = Child(6, "9990000077", "Ida", "Marsh", workers=_workers(6, 1))
EVA: Final = Child(7, "9990000085", "Eva", "Marsh", workers=_workers(7, 1))
TWINS: Final = (IDA, EVA)
CHILDREN: Final = (ANN, NIAMH, ZOE, RUTH, MAX, IDA, EVA)
GUS: Final = Child(9, "9990000107", "Gus", "Reyes", sex="M", workers=_workers(9, 60))
PIP: Final = Child(8, "9990000093", "Pip", "Dale", workers=_workers(8, 1))  # not in every register


def written(folder: Path, *more: Child) -> Path:
    """The register as a file of JSON in `folder`, for a server to fill itself from."""
    file = folder / "children.json"
    file.write_text(json.dumps([asdict(child) for child in (*CHILDREN, GUS, *more)]))
    return file


def named(child: Child) -> dict[str, str]:
    """What somebody asks with who knows no number."""
    return {"family_name": child.surname, "birth_date": child.born}


def record_of(child: Child, **changes: Any) -> Record:
    """The whole record that is to be read of this child, whichever register says it."""
    values: dict[str, Any] = {
        "record_id": str(child.id),
        "identifiers": (Identifier("nhs_number", child.nhs),),
        "names": (Name((child.forename,), child.surname),),
        "birth_date": _day(child.born),
        "sex": Sex.FEMALE if child.sex == "F" else Sex.MALE,
        "restricted": child.hidden == "Y",
        "addresses": (Address((child.street,), child.postcode),),
        "carers": (Carer(child.carer),),
        "schools": (School(child.school, child.urn),),
        "involvements": tuple(map(involvement_of, child.workers)),
    }
    return Record(**{**values, **changes})


def involvement_of(worker: Worker) -> Involvement:
    """What is read of one who works with a child."""
    return Involvement(
        role=worker.role,
        practitioner=Practitioner(worker.name, "01632 960321", worker.email),
        team=worker.team,
        start=_day(worker.began),
        end=None if worker.ended is None else _day(worker.ended),
        status=InvolvementStatus.OPEN if worker.ended is None else InvolvementStatus.CLOSED,
    )


def kept_of(record: Record) -> frozenset[str]:
    """Who stays of the sixty who work with Gus, where the row says that there are more.

    The test ends here if it does not say so.
    """
    assert (record.record_id, record.cut, record.defects) == (str(GUS.id), ("involvements",), ())
    assert len(record.involvements) == 50
    people = (one.practitioner for one in record.involvements)
    return frozenset(one.name or "" for one in people if one is not None)


def _day(text: str) -> PartialDate:
    year, month, day = map(int, text.split("-"))
    return PartialDate(year, month, day)
