"""An agency's JSON, decoded by what it declares and held to a depth."""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson

from adapters.contract.contract import Malformed
from adapters.expressions.text_encoding import as_utf8

MOST_PARTS: Final = 64 * 1024  # items, keys and brackets of an answer; 1 MiB of FHIR has 50,000
MOST_CONTAINERS: Final = 32 * 1024  # objects and lists among them
MOST_KEYS: Final = 16 * 1024  # of one object
# What an answer may come to once what it refers to is put in place, each time that it is.
MOST_PUT_TOGETHER: Final = 10 * MOST_PARTS
DEEPEST: Final = 48  # levels of JSON; the deepest FHIR sample has under 20
_SHORT: Final = 4096  # bytes; no text so short has the collector run often
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


def parse_json(
    written: bytes, charset: str | None = None
) -> dict[str, Any] | list[Any] | Malformed:
    """The object or list, or the rule that the bytes broke; `charset` is what they declare."""
    if not written.strip():
        return Malformed("empty")
    plain = charset is None and written.isascii() and b"\0" not in written
    text = written if plain else as_utf8(written, charset)
    if isinstance(text, Malformed):
        return text
    short = len(text) < _SHORT  # so that only its depth may pass a bound
    if not short and _too_many(text):
        return Malformed("too_large")
    try:
        document = orjson.loads(text) if short else _parsed(text)
    except orjson.JSONDecodeError:
        return Malformed("json")
    if not isinstance(document, (dict, list)):
        return Malformed("object")
    flat = short and text.count(b"[") + text.count(b"{") <= DEEPEST
    rule = None if flat else _broken_by(text, document)
    return Malformed(rule) if rule else document


def _parsed(text: bytes) -> Any:
    if len(text) < _SHORT:
        return orjson.loads(text)
    with uncollected():
        return orjson.loads(text)


def has_doubled_key(written: bytes, charset: str | None = None, read: Any = None) -> bool:
    """Whether an object of a JSON text that `parse_json` can read has one key twice.

    Which of the two counts is not said (RFC 8259, section 4); `parse_json` keeps the last. This
    takes longer, so it is for answers from which an absence would be concluded. `read` is what
    `parse_json` made of it, if nothing was put into it since.
    """
    if _plainly_once(written, read):
        return False
    text = as_utf8(written, charset)
    try:
        # Numbers are left as texts: only keys matter here.
        read = json.JSONDecoder(object_pairs_hook=_once_each, parse_int=str, parse_float=str)
        with uncollected():
            read.decode("" if isinstance(text, Malformed) else text.decode())
    except ValueError:
        return True
    return False


def _plainly_once(written: bytes, read: Any) -> bool:
    """Whether what was read has as many quotation marks as its text, so that no key was lost.

    A text without a backslash has two for each of its strings, and is written again with as many.
    Where a key is there twice, one is lost. In UTF-16, which has zeros, a byte is no character. In
    every other encoding that is read, a quotation mark is one byte, which is nothing else.
    """
    if b"\\" in written or b"\0" in written:
        return False
    try:
        again = orjson.dumps(_parsed(written) if read is None else read)
    except (ValueError, TypeError):
        return False
    return again.count(b'"') == written.count(b'"')


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key appears twice")


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: a document has no cycles, and many looks over all of it."""
    # A parser that makes 30,000 lists has the collector run forty times, over everything that
    # the gateway holds: a second for an answer of 1 MiB.
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _too_many(text: bytes) -> bool:
    # Counting bytes is far cheaper than reading them, and taking the texts out comes only after it.
    may_pass = len(text) > MOST_CONTAINERS
    return may_pass and _passes(text) and _passes(_without_texts(text))


def _passes(text: bytes) -> bool:
    containers = text.count(b"[") + text.count(b"{")
    return containers > MOST_CONTAINERS or containers + text.count(b",") > MOST_PARTS


def _without_texts(text: bytes) -> bytes:
    unescaped = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(unescaped.split(b'"')[::2])


def _broken_by(text: bytes, document: Any) -> str | None:
    if _too_deep(text, document):
        return "depth"
    return "too_large" if _crowded(text, document) else None


def _crowded(text: bytes, document: Any) -> bool:
    """Whether an object has more keys than any record; to look twice for one takes long then."""
    return text.count(b":") > MOST_KEYS and any(
        len(each) > MOST_KEYS for level in _levels(document) for each in level
    )


def _levels(document: Any) -> Iterator[list[Any]]:
    level: list[Any] = [document]
    while level:
        yield [each for each in level if isinstance(each, dict)]
        level = [item for parent in level for item in _containers(parent)]


def _too_deep(written: bytes, document: Any) -> bool:
    if written.count(b"[") + written.count(b"{") <= DEEPEST:
        return False
    # Taking innermost pairs off the bare brackets is cheap; only brackets inside texts, or real
    # depth, leave some, and then the document is walked level by level, never by recursion.
    brackets = written.translate(None, delete=_NO_BRACKETS)
    if len(brackets) > 2 * MOST_CONTAINERS:
        brackets = _without_texts(written).translate(None, delete=_NO_BRACKETS)
    for _ in range(DEEPEST):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets) and _deeper_than_allowed(document)


def _deeper_than_allowed(document: Any) -> bool:
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        level = [item for parent in level for item in _containers(parent)]
        if not level:
            return False
    return True


def _containers(parent: Any) -> list[Any]:
    items = parent.values() if isinstance(parent, dict) else parent
    return [item for item in items if isinstance(item, dict | list)]


def parts_of(part: Any) -> int:
    """How many values, objects and lists a part of a document has, itself among them."""
    if isinstance(part, dict):
        return 1 + sum(map(parts_of, part.values()))
    return 1 + sum(map(parts_of, part)) if isinstance(part, list) else 1
