"""What an agency says over HTTP, and how it may be spoilt on the way out."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

HOWS: Final = (
    *("value", "value", "value", "value", "gone", "gone", "twice", "listed"),
    *("cut", "status", "type", "bytes", "text"),
)
STATUSES: Final = (200, 204, 301, 400, 401, 403, 404, 429, 500, 503)
TYPES: Final = ("text/html", "text/plain", "application/json; charset=latin-1", "")
BYTES: Final = (b"\xff", b"\x00", b"\xef\xbb\xbf", b"NaN", b'"id":"p-9",', b",", b"\xe2\x80\xae")
_XML_TEXT: Final = re.compile(r"(?<=>)[^<>]+(?=<)")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: status, media type, body."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Spoiling:
    """One thing wrong with every answer of an agency, `how` and at which `place` of many.

    `value` stands there instead, where a value is spoilt.
    """

    how: str
    place: int
    value: Any = None

    def spoilt(self, said: Said) -> Said:
        """The answer with this wrong in it."""
        match self.how:
            case "status":
                return replace(said, status=STATUSES[self.place % len(STATUSES)])
            case "type":
                return replace(said, media_type=TYPES[self.place % len(TYPES)])
            case _:
                return replace(said, body=self._body(said.body))

    def _body(self, body: bytes) -> bytes:
        at = self.place * 7 % (len(body) + 1)
        match self.how:
            case "cut":
                return body[:at]
            case "bytes":
                return body[:at] + BYTES[self.place % len(BYTES)] + body[at:]
            case "text":
                return json.dumps(self.value).encode()
            case _ if body.lstrip().startswith(b"<"):
                return self._in_xml(body.decode()).encode()
            case _:
                return self._in_json(body)

    def _in_xml(self, text: str) -> str:
        found = list(_XML_TEXT.finditer(text))
        if not found:
            return text
        one = found[self.place % len(found)]
        instead = {"gone": "", "twice": one.group() * 2}.get(self.how, _plain(self.value))
        return text[: one.start()] + instead + text[one.end() :]

    def _in_json(self, body: bytes) -> bytes:
        document = json.loads(body)
        places = list(_places(document))
        if places:
            held, key = places[self.place % len(places)]
            self._change(held, key)
        return json.dumps(document).encode()

    def _change(self, held: Any, key: Any) -> None:
        match self.how:
            case "gone":
                del held[key]
            case "twice" if isinstance(held, list):
                held.append(held[key])
            case "twice" if isinstance(held[key], str):
                held[key] *= 2
            case "listed":
                held[key] = [held[key]]
            case _:
                held[key] = self.value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that stands in something else: what holds it, and its key or place there."""
    if not isinstance(value, dict | list):
        return
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        yield from _places(value[key])


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.replace("&", "&amp;").replace("<", "&lt;").translate(_NOT_IN_XML)


_NOT_IN_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000)))
