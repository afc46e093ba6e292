"""An agency's JSON, decoded by what it declares and held to a depth."""

from typing import Any, Final

import orjson

from adapters.contract.contract import Malformed
from adapters.expressions.text_encoding import as_utf8

DEEPEST: Final = 48  # levels of JSON; the deepest FHIR sample has under 20
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


def parse_json(
    written: bytes, charset: str | None = None
) -> dict[str, Any] | list[Any] | Malformed:
    """The object or list, or the rule that the bytes broke; `charset` is what they declare."""
    if not written.strip():
        return Malformed("empty")
    text = as_utf8(written, charset)
    if isinstance(text, Malformed):
        return text
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Malformed("json")
    if not isinstance(document, dict | list):
        return Malformed("object")
    return Malformed("depth") if _too_deep(text, document) else document


def _too_deep(written: bytes, document: Any) -> bool:
    # Taking innermost pairs off the bare brackets is cheap; only brackets inside texts, or real
    # depth, leave some, and then the document is walked level by level, never by recursion.
    brackets = written.translate(None, delete=_NO_BRACKETS)
    for _ in range(DEEPEST):
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
