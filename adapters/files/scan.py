"""One pass over a file, row by row or element by element; nothing of it is kept but what fits."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from adapters.contract.contract import Malformed
from adapters.files.encoding import Utf8Probe, codec_of, encoding_of_xml, is_one_byte
from adapters.manifest.manifest import FileTable

BUFFER: Final = 256 * 1024


class ScanFailed(Exception):
    """The file is not what the manifest says; `malformed` names the rule it broke."""

    def __init__(self, rule: str, shape: str = "", place: str = "") -> None:
        self.malformed = Malformed(rule, place, shape)
        super().__init__(rule)


class ScanStopped(Exception):
    """Nobody waits for this scan any more."""


@dataclass(slots=True)
class Stop:
    """Set from the event loop when the asking ends; the scanning thread looks at it."""

    now: bool = False


class Bounded(io.RawIOBase):
    """At most `most` bytes of `inner`, and none once stopped."""

    def __init__(self, inner: io.RawIOBase, most: int, stop: Stop) -> None:
        super().__init__()
        self._inner = inner
        self._left = most
        self._stop = stop

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes; ScanFailed past the limit, ScanStopped when nobody waits."""
        if self._stop.now:
            raise ScanStopped
        count = self._inner.readinto(buffer) or 0
        self._left -= count
        if self._left < 0:
            raise ScanFailed("too_large", place="limits.max_body")
        return count


_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_MARK: Final = 4  # bytes, as many as a mark of an encoding may have
_HEAD: Final = 200  # bytes, in which an XML file says its encoding


@dataclass(slots=True)
class CsvScan:
    """The rows of a CSV file as documents; `columns` are those that the manifest reads."""

    table: FileTable
    columns: frozenset[str]
    first: dict[str, Any] | None = None
    last: str = ""
    swallowed: bool = False

    def documents(self, stream: io.RawIOBase) -> Iterator[dict[str, Any]]:
        """Each row by its column names, an empty cell None; ScanFailed where it is no such file."""
        one_byte = is_one_byte(self.table.encoding)
        probe = Utf8Probe(stream) if one_byte else None
        buffered = io.BufferedReader(probe or stream, BUFFER)
        with io.TextIOWrapper(buffered, self._codec(buffered), newline="") as text:
            rows = csv.reader(self._lines(text), delimiter=self.table.delimiter, strict=True)
            try:
                header = self._header(next(rows, []))
                before = rows.line_num
                for row in rows:
                    if row:
                        yield self._document(header, row)
                    if rows.line_num > before + 1:
                        self._look_for_rows(header, row)
                    before = rows.line_num
            except UnicodeError:
                raise _undecoded() from None
            except csv.Error:
                raise ScanFailed("csv") from None
        if probe is not None and probe.is_utf8:
            raise ScanFailed("encoding", "text in UTF-8", "file.encoding")

    @property
    def whole(self) -> bool:
        """Whether its last line ends as lines do, and no cell holds rows.

        A file that was cut off in its last cell has no such end.
        """
        return not self.swallowed and self._ended

    @property
    def _ended(self) -> bool:
        return not self.table.final_line_end or self.last.endswith(("\n", "\r"))

    def _codec(self, buffered: "io.BufferedReader[io.RawIOBase]") -> str:
        codec = codec_of(self.table.encoding, buffered.peek(_MARK)[:_MARK])
        if codec is None:
            raise _undecoded()
        return codec

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        for line in text:
            self.last = line
            yield line

    def beside(self) -> dict[str, Any] | None:
        """What the age of the data is read from: the first row."""
        return None if self.first is None else {"rows": [self.first]}

    def _header(self, cells: list[str]) -> list[str]:
        names = [cell.strip() for cell in cells]
        if not any(names):
            raise ScanFailed("empty")
        # A column that is gone would read as an empty one, which is another thing altogether.
        if len(set(names)) < len(names) or not self.columns <= set(names):
            raise ScanFailed("header", _header_met(names, self.columns))
        if any(self._holds_rows(names, place) for place in range(len(names))):
            raise _swallowed()
        return names

    def _look_for_rows(self, header: list[str], row: list[str]) -> None:
        for place in range(len(row)):
            if not self._holds_rows(row, place):
                continue
            if header[place] in self.columns:
                raise _swallowed()
            self.swallowed = True  # or somebody's long remark

    def _holds_rows(self, row: list[str], place: int) -> bool:
        """Whether the lines of a cell are rows that a stray quote made one text of.

        One of them has all columns, or the first and the last are the end and the beginning of one.
        """
        lines = _LINE_END.split(row[place])
        cells = [line.count(self.table.delimiter) + 1 for line in lines]
        if len(lines) == 1 or len(row) == 1:
            return False
        torn = cells[0] == len(row) - place and cells[-1] == place + 1
        return torn or len(row) in cells

    def _document(self, header: list[str], row: list[str]) -> dict[str, Any]:
        if len(row) != len(header):
            # A file cut off in the middle ends in such a row.
            raise ScanFailed("csv", f"a row of {len(row)} cells below {len(header)} columns")
        document = {name: cell.strip() or None for name, cell in zip(header, row, strict=True)}
        self.first = self.first or document
        return document


def _swallowed() -> ScanFailed:
    return ScanFailed("csv", "a cell that holds whole rows, as after a stray quote")


def _undecoded() -> ScanFailed:
    return ScanFailed("encoding", place="file.encoding")


def _header_met(names: list[str], columns: frozenset[str]) -> str:
    twice = len(names) - len(set(names))
    if twice:
        return f"{len(names)} columns, {twice} with a name that is there already"
    return f"{len(names)} columns, without {', '.join(sorted(columns - set(names)))}"


@dataclass(slots=True)
class XmlScan:
    """The elements at one path of an XML file, each forgotten once it was looked at."""

    path: tuple[str, ...]
    encoding: str = "utf-8"
    root: Any = None
    _open: list[str] = field(default_factory=list)
    _seen: bool = False

    @classmethod
    def at(cls, path: str, namespaces: Mapping[str, str], encoding: str) -> "XmlScan":
        """Of a path such as "Message/Children/Child" from the root, names prefixed as declared.

        `encoding` is what the text is in where it does not say so itself.
        """
        steps = (_qualified(step, namespaces) for step in path.strip("/").split("/"))
        return cls(tuple(steps), encoding)

    def documents(self, stream: io.RawIOBase) -> Iterator[Any]:
        """Each element; ScanFailed where the file is no such XML."""
        probe = Utf8Probe(stream)
        try:
            for event, element in self._events(io.BufferedReader(probe, BUFFER)):
                if event == "start":
                    self._enter(element)
                elif self._leave():
                    yield element
                    _forget(element)
        except (etree.XMLSyntaxError, ValueError, LookupError):
            raise ScanFailed("xml") from None
        if not self._seen:
            # Without even the place where records would be, that there are none says nothing.
            raise ScanFailed("records", f"no {'/'.join(map(_local, self.path[:-1]))}")
        if probe.is_utf8 and is_one_byte(self.root.getroottree().docinfo.encoding or ""):
            raise ScanFailed("encoding", "text in UTF-8", "file.encoding")

    @property
    def whole(self) -> bool:
        """An XML file that was cut off has no end, and is none."""
        return True

    def beside(self) -> Any:
        """What the age of the data is read from: the root, with all but the records."""
        return self.root

    def _events(self, stream: "io.BufferedReader[io.RawIOBase]") -> Any:
        head = stream.peek(_HEAD)[:_HEAD]
        return etree.iterparse(
            stream,
            encoding=encoding_of_xml(self.encoding, head),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def _enter(self, element: Any) -> None:
        if self.root is None:
            self.root = element
            if element.getroottree().docinfo.doctype:
                raise ScanFailed("doctype")
        self._open.append(str(element.tag))
        self._seen = self._seen or tuple(self._open) == self.path[:-1]

    def _leave(self) -> bool:
        found = tuple(self._open) == self.path
        self._open.pop()
        return found


def _forget(element: Any) -> None:
    element.clear()
    earlier = element.getprevious()
    if earlier is not None and earlier.tag == element.tag:
        element.getparent().remove(earlier)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _qualified(step: str, namespaces: Mapping[str, str]) -> str:
    prefix, colon, name = step.rpartition(":")
    return f"{{{namespaces[prefix]}}}{name}" if colon else name
