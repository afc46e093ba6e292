"""Everything that goes wrong with an agency's files: in a folder here, or on its SFTP server."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.agencies import MIRA, NATIONAL, RESTRICTED, SourceFile
from tests.support.faults.speech import MARKER

_INVALID: Final = frozenset({"INVALID_RESPONSE"})
_UNAVAILABLE: Final = frozenset({"UNAVAILABLE"})
_REFUSED: Final = frozenset({"REFUSED"})
_TIMEOUT: Final = frozenset({"TIMEOUT"})
_OPERATION = """
[file]
format = "{format}"
newest = "name"
[[operation]]
name = "by-number"
file = "{pattern}"
by = ["nhs_number"]
conclusive = {conclusive}
{records}
  [operation.map]
  record_id = "{record_id}"
  nhs_number = "{nhs}"
  family_name = "{family}"
  given_names = "{given}"
  birth_date = "{born}"
  {restricted}
"""
_CSV: Final = {
    "format": "csv",
    "pattern": "*.csv",
    "records": "",
    "record_id": "id",
    "nhs": "nhs",
    "family": "family",
    "given": "given",
    "born": "born",
    "restricted": RESTRICTED,
}
_XML: Final = {
    **_CSV,
    "format": "xml",
    "pattern": "*.xml",
    "records": 'records = "People/Child"',
    "record_id": "@id",
}
_BUNDLE: Final = {
    **_CSV,
    "format": "oneroster",
    "pattern": "*.zip",
    "record_id": "sourcedId",
    "nhs": "identifier",
    "family": "familyName",
    "given": "givenName",
    "born": "demographics.birthDate",
    "restricted": RESTRICTED.replace('"restricted", codes', '"status", codes'),
}
FORMATS: Final[Mapping[str, Mapping[str, str]]] = {
    "CSV file": _CSV,
    "XML file": _XML,
    "OneRoster bundle": _BUNDLE,
}


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault of one format, and what it must come to; `content` is the only file there.

    `place` names what is ill besides: see the town.
    """

    format: str
    name: str
    outcomes: frozenset[str]
    content: bytes | None = None
    place: str = "folder"
    conclusive: bool = True

    @property
    def waits(self) -> bool:
        """Whether it lasts as long as the question."""
        return self.outcomes == _TIMEOUT

    @property
    def words(self) -> str:
        """The fault as a town tells it."""
        return f"{self.format} that {self.name}"

    def source(self, source_id: str, address: str, **more: Any) -> SourceFile:
        """The source that has this fault, at `address`."""
        operation = _OPERATION.format(
            **FORMATS[self.format], conclusive=str(self.conclusive).lower()
        )
        base = f'base_url = "{address}"'
        origin = address if address.startswith("file:") else address.rpartition("/")[0]
        return SourceFile(source_id, "file", base, operation, (origin,), claims=NATIONAL, **more)

    def write(self, folder: Path) -> None:
        """Put the file where it belongs."""
        folder.mkdir(parents=True)
        name = FORMATS[self.format]["pattern"].replace("*", f"{MARKER}-1")
        match self.place:
            case "missing":
                folder.rmdir()
            case "directory":
                (folder / name).mkdir()
            case "link":
                outside = folder.parent / f"outside-{folder.name}"
                outside.write_bytes(well(self.format))
                (folder / name).symlink_to(outside)
            case _ if self.content is not None:
                (folder / name).write_bytes(self.content)


def row(child: Mapping[str, Any] = MIRA) -> str:
    """A child as a line of CSV."""
    return ",".join(child[key] for key in ("id", "nhs", "family", "given", "born", "restricted"))


HEADER: Final = "id,nhs,family,given,born,restricted\n"
_ROW: Final = row() + "\n"


def element(child: Mapping[str, Any] = MIRA) -> str:
    """A child as an element."""
    parts = [f"<{n}>{child[n]}</{n}>" for n in ("nhs", "family", "given", "born", "restricted")]
    return f'<Child id="{child["id"]}">{"".join(parts)}</Child>'


def people(*elements: str, before: str = "") -> bytes:
    """The whole XML file."""
    return f"{before}<People>{''.join(elements)}</People>".encode()


_USERS: Final = "sourcedId,status,identifier,givenName,familyName\n"
_USER: Final = f"p-1,N,{MIRA['nhs']},{MIRA['given']},{MIRA['family']}\n"
_BORN: Final = f"sourcedId,birthDate,sex\np-1,{MIRA['born']},\n"
_LISTED: Final = "propertyName,value\nfile.users,bulk\nfile.demographics,bulk\n"


def bundle(**files: str | None) -> bytes:
    """The whole bundle, some of its files replaced or left out."""
    whole = {"manifest": _LISTED, "users": _USERS + _USER, "demographics": _BORN, **files}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in whole.items():
            if text is not None:
                archive.writestr(f"{name}.csv", text)
    return buffer.getvalue()


def well(kind: str, child: Mapping[str, Any] = MIRA) -> bytes:
    """What an agency of this format has when it is well."""
    user = f"p-1,N,{child['nhs']},{child['given']},{child['family']}\n"
    return {
        "CSV file": (HEADER + row(child) + "\n").encode(),
        "XML file": people(element(child)),
        "OneRoster bundle": bundle(users=_USERS + user),
    }[kind]


_OUTSIDE: Final = '<!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/hostname">]>'
_LAUGHS: Final = "<!DOCTYPE x [{}]>".format(
    f'<!ENTITY a0 "{MARKER}">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)
_NOBODY: Final = {**MIRA, "nhs": "9000000017", "id": "p-9"}
_PAGE: Final = f"<html><body><h1>{MARKER}</h1></body></html>".encode()


def _of_any(kind: str) -> tuple[FileFault, ...]:
    whole = well(kind)
    return (
        FileFault(kind, "is empty", _INVALID, b""),
        FileFault(kind, "is a page", _INVALID, _PAGE),
        FileFault(kind, "is noise", _INVALID, bytes(range(256)) * 64),
        FileFault(kind, "is cut off", _INVALID, whole[: -len(whole) // 3]),
        FileFault(kind, "is not there", _UNAVAILABLE),
        FileFault(kind, "has no folder", _UNAVAILABLE, place="missing"),
        FileFault(kind, "is a folder", _REFUSED, place="directory"),
        FileFault(kind, "leads out of its folder", _REFUSED, place="link"),
        FileFault(
            kind,
            "has nobody by a weak key",
            frozenset({"NONE_FOUND"}),
            well(kind, _NOBODY),
            conclusive=False,
        ),
    )


FILE_FAULTS: Final = (
    *(fault for kind in FORMATS for fault in _of_any(kind)),
    FileFault("CSV file", "has no row", _INVALID, HEADER.encode()),
    FileFault("CSV file", "lost a column", _INVALID, b"id,nhs,family\np-1,9000000009,Ashdown\n"),
    FileFault("CSV file", "has a column twice", _INVALID, b"nhs," + HEADER.encode()),
    FileFault("CSV file", "shifted a row", _INVALID, f"{HEADER}{MARKER},{_ROW}".encode()),
    FileFault("CSV file", "is of another encoding", _INVALID, HEADER.encode() + b"\xff\xfe,,,,,"),
    FileFault("CSV file", "hides its numbers", _INVALID, f"{HEADER}p-1,***,A,B,,\n".encode()),
    FileFault("CSV file", "never ends", _INVALID, (HEADER + (row(_NOBODY) + "\n") * 3000).encode()),
    FileFault("CSV file", "has an endless cell", _INVALID, HEADER.encode() + b'"' + b"x" * 99_999),
    FileFault("CSV file", "has NULs", _INVALID, HEADER.encode() + b"p-1,\x00,\x00,,\x00\n"),
    FileFault(
        "CSV file",
        "has more children than it may",
        frozenset({"AMBIGUOUS"}),
        (HEADER + "".join(row({**MIRA, "id": f"p-{n}"}) + "\n" for n in range(9))).encode(),
    ),
    FileFault("XML file", "has no element", _INVALID, people()),
    FileFault("XML file", "is of another shape", _INVALID, b"<Other><Child/></Other>"),
    FileFault("XML file", "laughs", _INVALID, people("&a9;", element(), before=_LAUGHS)),
    FileFault("XML file", "points outside", _INVALID, people("&out;", before=_OUTSIDE)),
    FileFault("XML file", "nests too deep", _INVALID, people("<a>" * 3000 + "</a>" * 3000)),
    FileFault("XML file", "never ends", _INVALID, people(element() * 3000)),
    FileFault("XML file", "has wrong names", _INVALID, people("<Child><x>1</x></Child>")),
    FileFault("OneRoster bundle", "has no user", _INVALID, bundle(users=_USERS)),
    FileFault("OneRoster bundle", "lacks its users", _INVALID, bundle(users=None)),
    FileFault("OneRoster bundle", "lacks its list", _INVALID, bundle(manifest=None)),
    FileFault(
        "OneRoster bundle",
        "has changes alone",
        _INVALID,
        bundle(manifest=_LISTED.replace("bulk", "delta")),
    ),
    FileFault(
        "OneRoster bundle", "unpacks huge", _INVALID, bundle(users=_USERS + "\n" * 20_000_000)
    ),
    FileFault(
        "OneRoster bundle",
        "lacks its birth dates",
        frozenset({"INVALID_RESPONSE", "AMBIGUOUS"}),
        bundle(demographics=None),
    ),
)
SFTP_FAULTS: Final = tuple(
    FileFault("CSV file", f"on a server, {name}", outcomes, well("CSV file"), place)
    for name, outcomes, place in (
        ("refuses the connection", _UNAVAILABLE, "refused"),
        ("is silent", _TIMEOUT, "silent"),
        ("is hung up on", _UNAVAILABLE, "closing"),
        ("is a web page", _UNAVAILABLE, "page"),
        ("has another key", _INVALID, "another-key"),
        ("does not know us", _REFUSED, "stranger"),
        ("is in no folder", _UNAVAILABLE, "nowhere"),
        ("hangs while it is read", _TIMEOUT, "hanging"),
        ("breaks off while it is read", _UNAVAILABLE, "breaking"),
    )
)
