"""A OneRoster CSV bundle: one zip with a file for each kind of thing, joined around one pupil.

Its shape is 1EdTech's OneRoster CSV Binding, versions 1.1 and 1.2. Nothing of it is unpacked to a
disk; what the archive and each file in it may come to is `max_body`.
"""

import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from adapters.files.scan import BUFFER, Bounded, CsvScan, ScanFailed, Stop
from adapters.manifest.manifest import FileTable

CsvRow = Mapping[str, Any]

# The columns that the standard requires of each file, as far as they are read here.
_COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "users": frozenset({"sourcedId", "givenName", "familyName", "identifier"}),
    "demographics": frozenset({"sourcedId", "birthDate", "sex"}),
    "enrollments": frozenset({"classSourcedId", "schoolSourcedId", "userSourcedId", "role"}),
    "classes": frozenset({"sourcedId", "title"}),
    "orgs": frozenset({"sourcedId", "name"}),
    "roles": frozenset({"userSourcedId", "role"}),
}
_PUPIL, _TEACHER, _ACTIVE = "student", "teacher", "active"
_NO_END: Final = ("0000", "0001", "1601", "1753", "1900")  # years that systems keep for no end
_MANIFEST: Final = frozenset({"propertyName", "value"})
_MOST_FILES: Final = 64
_BROKEN: Final = (
    BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


@dataclass(slots=True)
class RosterScan:
    """One pass over a bundle; `documents` are its users, `joined` what belongs to some of them."""

    most: int
    stop: Stop
    table: FileTable = field(default_factory=FileTable)
    _archive: ZipFile | None = None
    _kept: frozenset[str] = field(default_factory=frozenset)
    _others: frozenset[str] = field(default_factory=frozenset)
    _whole: bool = True

    def documents(self, stream: io.RawIOBase) -> Iterator[CsvRow]:
        """Each user's row; ScanFailed where this is no whole roster."""
        content = io.BufferedReader(stream, BUFFER).read()
        try:
            self._archive = ZipFile(io.BytesIO(content))
        except _BROKEN:
            raise ScanFailed("zip") from None
        self._kept = self._listed()
        self._others = self._known_others()
        yield from self._rows("users")

    def joined(self, users: list[CsvRow]) -> list[dict[str, Any]]:
        """These users, each with `demographics`, `schools` and `classes`, one for each teacher."""
        ids = {str(user["sourcedId"]) for user in users}
        mine = [row for row in self._rows("enrollments") if row["userSourcedId"] in ids]
        taught = self._teachers({str(row["classSourcedId"]) for row in mine})
        schools = _by_id(self._rows("orgs"), {str(row["schoolSourcedId"]) for row in mine})
        classes = _by_id(self._rows("classes"), taught.keys())
        born = _by_id(self._rows("demographics"), ids)

        def document(user: CsvRow) -> dict[str, Any]:
            own = [row for row in mine if row["userSourcedId"] == user["sourcedId"]]
            attended = [
                one for row in own for one in _attended(user, row, classes, schools, taught)
            ]
            return {
                **user,
                "demographics": born.get(str(user["sourcedId"]), {}),
                "classes": attended,
                "schools": [*_schools(own, schools)],
            }

        return [document(user) for user in users]

    def may_be_a_pupil(self, user: CsvRow) -> bool:
        """Whether nothing in the bundle says that this user is somebody else, a teacher say."""
        role = user.get("role")
        return role.lower() == _PUPIL if role else user["sourcedId"] not in self._others

    @property
    def whole(self) -> bool:
        """Whether each file in it is whole: a zip can hold one that was cut off before it came in.

        A zip that was cut off itself is none.
        """
        return self._whole

    def beside(self) -> None:
        """Nothing in a bundle says of which day it is, but its name and when it was written."""

    def _listed(self) -> frozenset[str]:
        # A bundle of changes since the last one is no roster: who is not in it may still be there.
        said = {str(row["propertyName"]): row["value"] for row in self._csv("manifest", _MANIFEST)}
        modes = {name: said.get(f"file.{name}", "absent") for name in _COLUMNS}
        if modes["users"] == "absent" or not {*modes.values()} <= {"bulk", "absent"}:
            raise ScanFailed("bundle")
        return frozenset(name for name, mode in modes.items() if mode == "bulk")

    def _known_others(self) -> frozenset[str]:
        roles: dict[str, set[str]] = {}
        for row in (*self._rows("enrollments"), *self._rows("roles")):
            roles.setdefault(str(row["userSourcedId"]), set()).add(_role(row))
        return frozenset(user for user, said in roles.items() if _PUPIL not in said)

    def _teachers(self, classes: set[str]) -> dict[str, list[CsvRow]]:
        """The enrollments of each class's teachers, each with who it is as `teacher`."""
        found = [
            row
            for row in self._rows("enrollments")
            if _role(row) == _TEACHER and row["classSourcedId"] in classes
        ]
        people = _by_id(self._rows("users"), {str(row["userSourcedId"]) for row in found})
        by_class: dict[str, list[CsvRow]] = {one: [] for one in classes}
        for row in found:
            person = people.get(str(row["userSourcedId"]))
            teacher = {**row, "teacher": None if person is None else _called(person)}
            by_class[str(row["classSourcedId"])].append(teacher)
        return by_class

    def _rows(self, name: str) -> Iterator[CsvRow]:
        return self._csv(name, _COLUMNS[name]) if name in self._kept else iter(())

    def _csv(self, name: str, columns: frozenset[str]) -> Iterator[CsvRow]:
        scan = CsvScan(FileTable(final_line_end=self.table.final_line_end), columns)
        try:
            with self._member(f"{name}.csv") as member:
                yield from scan.documents(Bounded(member, self.most, self.stop))
                self._whole = self._whole and scan.whole
        except _BROKEN:
            raise ScanFailed("zip") from None

    def _member(self, name: str) -> Any:
        archive = self._archive
        listed = [] if archive is None else archive.namelist()
        if archive is None or listed.count(name) != 1 or len(listed) > _MOST_FILES:
            raise ScanFailed("bundle")
        return archive.open(name)


def _by_id(rows: Iterator[CsvRow], wanted: Any) -> dict[str, CsvRow]:
    found = (row for row in rows if row["sourcedId"] in wanted)
    return {str(row["sourcedId"]): row for row in found}


def _attended(
    user: CsvRow,
    enrollment: CsvRow,
    classes: Mapping[str, CsvRow],
    schools: Mapping[str, CsvRow],
    taught: Mapping[str, list[CsvRow]],
) -> Iterator[dict[str, Any]]:
    """A class with each of its teachers, while both the pupil and the teacher are in it."""
    key = str(enrollment["classSourcedId"])
    school, its = schools.get(str(enrollment["schoolSourcedId"]), {}), classes.get(key, {})
    for teacher in taught[key] or [{}]:
        rows = (user, enrollment, its, teacher)
        yield {
            "title": its.get("title"),
            "school": school.get("name"),
            "teacher": teacher.get("teacher"),
            "start": _latest(enrollment.get("beginDate"), teacher.get("beginDate")),
            "end": _earliest(enrollment.get("endDate"), teacher.get("endDate")),
            "status": next((one for row in rows if _is_gone(one := row.get("status"))), None),
        }


def _schools(
    enrollments: list[CsvRow], schools: Mapping[str, CsvRow]
) -> Iterator[dict[str, str | None]]:
    """Each school, with an end where every class there has one."""
    ends: dict[str, list[str | None]] = {}
    for row in enrollments:
        ends.setdefault(str(row["schoolSourcedId"]), []).append(row.get("endDate"))
    for school, left in ends.items():
        told = [one for one in left if one and not one.startswith(_NO_END)]
        end = max(told) if len(told) == len(left) else None
        yield {"name": schools.get(school, {}).get("name"), "end": end}


# Days as the standard writes them, 2025-09-01, have the order of their texts.
def _latest(*days: str | None) -> str | None:
    return max(filter(None, days), default=None)


def _earliest(*days: str | None) -> str | None:
    told = [one for one in days if one]
    return min((one for one in told if not one.startswith(_NO_END)), default=next(iter(told), None))


def _is_gone(status: str | None) -> bool:
    return status is not None and status.lower() != _ACTIVE


def _role(row: CsvRow) -> str:
    return str(row["role"] or "").lower()


def _called(person: CsvRow) -> str:
    return " ".join(str(part) for part in (person["givenName"], person["familyName"]) if part)
