"""What an HTTP agency of one kind says when it is well: the ground that every fault stands on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tests.support.agencies import MIRA, SourceFile

ANOTHER: Final[Mapping[str, Any]] = {
    **MIRA,
    "id": "p-2",
    "nhs": "9000000017",
    "upn": "Z820200001002",
    "family": "Zqmarkerson",
    "given": "Otto",
    "born": "2014-05-06",
}
MARKER: Final = "zqmarker"
DEEP_JSON: Final = b'{"a":' * 5000 + b"1" + b"}" * 5000


class SourceAt(Protocol):
    """Makes a source at a URL, its key conclusive or not."""

    def __call__(self, source_id: str, url: str, *, conclusive: bool) -> SourceFile: ...


@dataclass(frozen=True, slots=True)
class Speech:
    """One kind's words, as bodies: how it says a child, several children, and that there is none.

    `nobody` is a status and a body, `padded` a child in a body longer than allowed, `bombs` are
    bodies made to harm whoever reads them. `source` makes the manifest of a source at a URL.
    """

    kind: str
    media_type: str
    child: Callable[[Mapping[str, Any]], bytes]
    children: Callable[[int], bytes]
    nobody: tuple[int, bytes]
    wrong_types: tuple[bytes, ...]
    padded: bytes
    bombs: tuple[bytes, ...]
    source: SourceAt

    def found(self, child: Mapping[str, Any] = MIRA) -> bytes:
        """The body that says this child."""
        return self.child(child)


def written(document: Any) -> bytes:
    """A document as JSON."""
    return json.dumps(document).encode()


def many(count: int) -> list[dict[str, Any]]:
    """Several records that may all be the child's."""
    return [{**MIRA, "id": f"p-{number}"} for number in range(count)]
