"""An answer's bytes as UTF-8, by what it declares; what contradicts that is noticed, never read.

A mark at the beginning counts first, then what is declared, then UTF-8 (RFC 8259, section 8.1; RFC
7303, section 3).
"""

import codecs
from collections.abc import Mapping
from typing import Final

from adapters.contract.contract import Malformed

_MARKS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# What is declared as ISO-8859-1 is read as the wider Windows-1252 (WHATWG, Encoding).
_ONE_BYTE: Final[Mapping[str, str]] = {
    "cp1252": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-15": "iso8859-15",
}
_READ: Final = frozenset({"utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", *_ONE_BYTE})
_HEAD: Final = 2
WRONG: Final = Malformed("encoding")


def charset_of(content_type: str) -> str | None:
    """The `charset` of a media type, as it is written; None if it has none."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None


def as_utf8(written: bytes, declared: str | None) -> bytes | Malformed:
    """The same text in UTF-8 without a mark; Malformed where it is not in what it declares."""
    if declared is None and written.isascii() and b"\0" not in written[:_HEAD]:
        return written
    mark = next((one for one in _MARKS if written.startswith(one)), None)
    codec = _codec(written, declared)
    if codec is None or (mark and not _agrees(codec, _MARKS[mark])):
        return WRONG
    if mark:
        codec, written = _MARKS[mark], written[len(mark) :]
    if codec in _ONE_BYTE and not written.isascii() and _is_utf8(written):
        return WRONG  # text in one byte a character is practically never UTF-8 by chance
    try:
        text = written.decode(_ONE_BYTE.get(codec, codec))
    except UnicodeDecodeError:
        return WRONG
    return written if codec == "utf-8" else text.encode("utf-8", "surrogatepass")


def _codec(written: bytes, declared: str | None) -> str | None:
    if declared is None:
        return _undeclared(written[:_HEAD])
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        return None
    if codec == "utf-16":
        return "utf-16-be" if written[:1] == b"\0" else "utf-16-le"
    return codec if codec in _READ else None


def _undeclared(head: bytes) -> str:
    # JSON and XML begin with a character of ASCII, so that a zero beside it tells UTF-16.
    for mark, codec in _MARKS.items():
        if head.startswith(mark[:_HEAD]):
            return codec
    if head[:1] == b"\0":
        return "utf-16-be"
    return "utf-16-le" if head[1:] == b"\0" else "utf-8"


def _agrees(codec: str, marked: str) -> bool:
    if codec.startswith("utf-16"):
        return marked.startswith("utf-16")
    return codec == marked


def _is_utf8(written: bytes) -> bool:
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return True
