"""Where each key of a TOML text stands, so that a complaint can name its line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

TomlKey = tuple[str | int, ...]

_PART = r"""(?:"(?:[^"\\]|\\.)*+"|'[^']*+'|[A-Za-z0-9_-]++)"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*+\.\s*+{_PART})*)\s*")
_PARTS = re.compile(_PART)
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_PART}(?:\s*+\.\s*+{_PART})*)\s*\]\]?")
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[\[\]{}]""")
_ENDS: Final = {
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*"{3,5}'),
    "'''": re.compile(r".*?'{3,5}"),
}


@dataclass(slots=True)
class _Value:
    # Whether a value that began on an earlier line is still open: in a long text or in brackets.
    quote: str = ""
    depth: int = 0

    @property
    def open(self) -> bool:
        return bool(self.quote) or self.depth > 0

    def read(self, text: str) -> None:
        at = 0
        while at <= len(text):
            if self.quote:
                end = _ENDS[self.quote].match(text, at)
                if end is None:
                    return
                self.quote, at = "", end.end()
            token = _TOKEN.search(text, at)
            if token is None:
                return
            at = token.end()
            self._take(token.group())

    def _take(self, mark: str) -> None:
        if mark in _ENDS:
            self.quote = mark
        elif mark in "[{":
            self.depth += 1
        elif mark in "]}":
            self.depth -= 1


@dataclass(slots=True)
class _Scan:
    table: TomlKey = ()
    counts: dict[TomlKey, int] = field(default_factory=dict)

    def enter(self, opening: str, parts: tuple[str, ...]) -> TomlKey:
        path = self._indexed(parts[:-1])
        key: TomlKey = (*path, parts[-1])
        if opening == "[[":
            self.counts[key] = self.counts.get(key, -1) + 1
        self.table = self._at_last(key)
        return self.table

    def _indexed(self, parts: tuple[str, ...]) -> TomlKey:
        path: TomlKey = ()
        for part in parts:
            path = self._at_last((*path, part))
        return path

    def _at_last(self, key: TomlKey) -> TomlKey:
        return (*key, self.counts[key]) if key in self.counts else key


def places(text: str) -> Mapping[TomlKey, int]:
    """Line numbers, from 1, of every table and key; `text` must be valid TOML.

    Arrays of tables have an index: ("operation", 0, "path").
    """
    found: dict[TomlKey, int] = {}
    for line, key in _keys(text):
        found.setdefault(key, line)
    return found


def line_of(found: Mapping[TomlKey, int], key: TomlKey) -> int:
    """The line of `key`, or of the nearest table around it; 1 if there is none."""
    for length in range(len(key), 0, -1):
        if key[:length] in found:
            return found[key[:length]]
    return 1


def dotted(key: TomlKey) -> str:
    """A key as a message names it: `operation[0].path`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def _keys(text: str) -> Iterator[tuple[int, TomlKey]]:
    scan, value = _Scan(), _Value()
    for number, line in enumerate(text.split("\n"), start=1):  # a line as TOML has it
        if value.open:
            value.read(line)
        elif header := _HEADER.match(line):
            yield number, scan.enter(header.group(1), _split(header.group(2)))
        elif key := _KEY.match(line):
            yield from ((number, path) for path in _prefixes(scan.table, _split(key.group(1))))
            value.read(line[key.end() :])


def _prefixes(table: TomlKey, parts: tuple[str, ...]) -> Iterator[TomlKey]:
    for length in range(1, len(parts) + 1):
        yield (*table, *parts[:length])


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))
