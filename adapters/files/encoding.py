"""What a file's text is encoded in, as declared; what contradicts that is noticed, never read."""

import codecs
import io
from collections.abc import Mapping
from typing import Any, Final

# What is declared as ISO-8859-1 is read as the wider Windows-1252 (WHATWG, Encoding).
_ONE_BYTE: Final = frozenset({"cp1252", "windows-1252", "iso-8859-1", "latin-1"})
_MARKS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_LONGEST_MARK: Final = 3


def codec_of(declared: str, head: bytes) -> str | None:
    """Python's codec for a file that begins with `head`; None where its mark contradicts.

    UTF-16 without a mark is told by its first character, which in a header is a plain one.
    """
    mark = next((name for start, name in _MARKS.items() if head.startswith(start)), None)
    if declared in _ONE_BYTE:
        return None if mark else "cp1252"
    if declared == "utf-8":
        return "utf-8-sig" if mark in {None, "utf-8"} else None
    if mark:
        return "utf-16" if mark in {declared, f"{declared}-le", f"{declared}-be"} else None
    if declared == "utf-16":
        return "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
    return declared


def encoding_of_xml(declared: str, head: bytes) -> str | None:
    """What to read an XML file in, by libxml2's names; None where it says so itself.

    It does by its XML declaration, by a mark, or by the zeros that UTF-16 has; else it is UTF-8.
    """
    marked = head.startswith(tuple(_MARKS)) or b"\0" in head[:_LONGEST_MARK]
    declaration = head.partition(b"?>")[0]
    if marked or (declaration.startswith(b"<?xml") and b"encoding" in declaration):
        return None
    return "windows-1252" if declared in _ONE_BYTE else None


def is_one_byte(encoding: str) -> bool:
    """Whether an encoding, by any of its usual names, has one byte for each character."""
    try:
        return codecs.lookup(encoding).name in {"cp1252", "iso8859-1", "iso8859-15"}
    except LookupError:
        return False


class Utf8Probe(io.RawIOBase):
    """The bytes of `inner`; `is_utf8` says whether all that passed was UTF-8, and not only ASCII.

    A text in an encoding of one byte a character practically never is: so it was declared wrong.
    """

    def __init__(self, inner: io.RawIOBase) -> None:
        super().__init__()
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._plain = True
        self._broken = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, looked at."""
        count = self._inner.readinto(buffer) or 0
        chunk = bytes(memoryview(buffer)[:count])
        if not (self._broken or (self._plain and chunk.isascii())):
            self._plain = False
            self._look(chunk, final=count == 0)
        return count

    @property
    def is_utf8(self) -> bool:
        """Whether what passed has other characters than ASCII has, each of them in UTF-8."""
        return not (self._plain or self._broken)

    def _look(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._broken = True
