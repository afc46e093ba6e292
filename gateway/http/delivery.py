"""How an answer in parts is told: in the shape of incremental delivery that the client reads.

Two shapes are in use. In the older a part says by its path where it belongs: Apollo Client 3 and
urql read it. In the draft of graphql-js 17 it says the id of what was announced
before. A client that is told in the other shape drops rows without a word, so that an agency that
answered looks as if nobody had asked it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gateway.http.framing import Framing

ResponsePath = list[str | int]
_ANNOUNCING: Final = frozenset({"pending", "incremental", "completed"})


class PartsFormat(StrEnum):
    """The shape of the parts, as `Accept` and `Content-Type` name it beside multipart/mixed."""

    BY_PATH = "deferSpec=20220824"
    BY_ID = "incrementalSpec=v0.2"


@dataclass(frozen=True, slots=True)
class Delivery:
    """In which shape, and framed how, one client takes an answer in parts.

    A line that is silent for `silent_s` seconds is kept alive where the framing has a way to.
    """

    framing: Framing
    shape: PartsFormat
    silent_s: float = 10.0

    @property
    def media_type(self) -> str:
        """The response's `Content-Type`."""
        return f"{self.framing.media_type}; {self.shape}"

    @property
    def alive_s(self) -> float | None:
        """After how much silence something is sent; None for never."""
        return self.silent_s if self.framing.alive else None

    def form(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """What gives one answer's payloads, by id and in their order, this shape."""
        return Patches().of if self.shape is PartsFormat.BY_PATH else dict


def dialect_of(parameters: Iterable[str]) -> PartsFormat | None:
    """The shape that these parameters of multipart/mixed ask for; none where we do not write it.

    Without one it is by path: a client that reads ids says so.
    """
    named = [p.replace('"', "") for p in parameters if p.startswith(("deferspec", "incremental"))]
    if not named:
        return PartsFormat.BY_PATH
    return next((each for each in PartsFormat if each.lower() in named), None)


class Patches:
    """The payloads of one answer as graphql-core forms them, by id, told by path one by one."""

    def __init__(self) -> None:
        self._announced: dict[str, Mapping[str, Any]] = {}
        self._lengths: dict[str, int] = {}

    def of(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The payload with `incremental` as objects of `path` and `data`.

        An item of a list comes alone, at its place in the list. What failed has null and `errors`.
        """
        said = {name: value for name, value in payload.items() if name not in _ANNOUNCING}
        pending = payload.get("pending", ())
        self._announced |= {each["id"]: each for each in pending}
        told: list[dict[str, Any]] = [{"path": [], "data": payload.get("data")}]
        for each in payload.get("incremental", ()):
            told += self._items(each, told) if "items" in each else [self._fragment(each)]
        for each in pending:
            self._length(each["id"], told)
        told += [self._failure(each) for each in payload.get("completed", ()) if "errors" in each]
        return {**said, "incremental": told[1:]} if told[1:] else said

    def _items(self, part: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> list[Any]:
        announced, length = self._announced[part["id"]], self._length(part["id"], told)
        self._lengths[part["id"]] = length + len(part["items"])
        patches = [
            _patch(announced, [*announced["path"], length + place], item)
            for place, item in enumerate(part["items"])
        ]
        return [{**patches[0], **_errors(part)}, *patches[1:]] if patches else []

    def _fragment(self, part: Mapping[str, Any]) -> dict[str, Any]:
        announced = self._announced[part["id"]]
        path = [*announced["path"], *part.get("subPath", ())]
        return {**_patch(announced, path, part["data"]), **_errors(part)}

    def _failure(self, completed: Mapping[str, Any]) -> dict[str, Any]:
        announced = self._announced[completed["id"]]
        return {**_patch(announced, announced["path"], None), **_errors(completed)}

    def _length(self, name: str, told: Sequence[Mapping[str, Any]]) -> int:
        """How many items of what was announced are told by now; 0 for what is no list."""
        if name not in self._lengths:
            found = (_found(self._announced[name]["path"], each) for each in told)
            self._lengths[name] = next((len(each) for each in found if isinstance(each, list)), 0)
        return self._lengths[name]


def _patch(announced: Mapping[str, Any], path: ResponsePath, data: Any) -> dict[str, Any]:
    label = {"label": announced["label"]} if "label" in announced else {}
    return {"path": path, "data": data, **label}


def _errors(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"errors": part["errors"]} if "errors" in part else {}


def _found(path: ResponsePath, told: Mapping[str, Any]) -> Any:
    """What stands at a path within what one patch told; None where it told nothing of it."""
    above = len(told["path"])
    if path[:above] != told["path"]:
        return None
    value = told["data"]
    for step in path[above:]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
