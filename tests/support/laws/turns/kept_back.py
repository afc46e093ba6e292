"""What had come and was kept from the screen, although nothing had to come before it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tests.support.laws.turns.documents import FIRST, PartedDocument
from tests.support.laws.turns.screen import Screen

_ROWS: Final = "answers"
_RESTRICTION: Final = "restriction"
Payload = Mapping[str, Any]


def kept_back(
    steps: Iterable[tuple[Payload, Payload | None]], document: PartedDocument
) -> Iterator[str]:
    """What a screen waits for without a reason; a step is what came, by id, and what left with it.

    A slow agency would else keep the rows of all who answered before it.
    """
    screen, waiting = Screen(), list[Payload]()
    for at, (came, left) in enumerate(steps):
        waiting += came.get("incremental", ())
        if left is not None:
            screen.put(left)
            gone = {id(each) for each in left.get("incremental", ())}
            waiting = [each for each in waiting if id(each) not in gone]
        yield from (
            f"part {at} kept back {each}" for each in waiting if _due(each, screen, document)
        )


def _due(each: Payload, screen: Screen, document: PartedDocument) -> bool:
    path = screen.place(each)
    depth = 2 if document.in_bulk else 1
    if path is None or len(path) < depth:
        return False
    keys = [path[depth]] if len(path) > depth else list(each.get("data") or ())
    fields = {document.keys.get(str(key), "") for key in keys}
    if _ROWS not in fields:
        return fields <= {*FIRST, _RESTRICTION}
    return fields <= {*FIRST, _ROWS} and _restriction_stands(screen, path, document)


def _restriction_stands(screen: Screen, path: Sequence[Any], document: PartedDocument) -> bool:
    answer = screen.answers()[path[1] if document.in_bulk else 0]
    keys = [key for key, name in document.keys.items() if name == _RESTRICTION]
    return not keys or any(key in answer for key in keys)
