"""What a caller was told, part by part, and when."""

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from tests.support.laws.town.held_record import HeldRecord

_VARYING: Final = re.compile(r'"(queryId|index|key)":("[^"]*"|[0-9]+)')
_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Told:
    """A response: its status, and each part with the virtual second in which it left.

    `served` are the records that agencies gave for it, `calls` what each was asked by.
    """

    status: int
    parts: tuple[tuple[float, bytes], ...]
    served: tuple[HeldRecord, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return b"".join(part for _, part in self.parts).decode()

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """Every JSON payload, in order."""
        lines = [line for _, part in self.parts for line in part.splitlines()]
        return [orjson.loads(line) for line in lines if line.startswith(b"{")]

    @property
    def plain(self) -> list[tuple[float, str]]:
        """What was said at each moment, without what differs between any two equal questions."""
        said: dict[float, list[str]] = {}
        for moment, part in self.parts:
            said.setdefault(round(moment, _DECIMALS), []).append(self._plain(part.decode()))
        return [(moment, "".join(sorted(texts))) for moment, texts in said.items()]

    @property
    def children(self) -> list[Any]:
        """Every `child` that it holds, of any answer of it."""
        return list(_named("child", self.payloads, lambda found: "restriction" in found))

    @property
    def rows(self) -> list[Any]:
        """Every agency's row."""
        return [
            each
            for payload in self.payloads
            for each in _objects(payload)
            if "outcome" in each and "attempts" in each
        ]

    @property
    def unresolved(self) -> list[Any]:
        """Every candidate."""
        return [e for payload in self.payloads for e in _objects(payload) if "likelyOther" in e]

    def _plain(self, text: str) -> str:
        ids = {receipt["queryId"] for p in self.payloads for receipt in _named("receipt", p)}
        for query_id in ids:
            text = text.replace(query_id, "")
        return re.sub(r"Content-Length: [0-9]+", "", _VARYING.sub("", text))


def _objects(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def _named(name: str, value: Any, fits: Any = lambda _: True) -> Any:
    for each in _objects(value):
        found = each.get(name)
        if isinstance(found, dict) and fits(found):
            yield found
