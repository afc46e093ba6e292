"""The menu of a room: of its pages, those that this person may open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_OTHERS: Final = "It is for people with another role. Ask your organisation which role you need."


class NotForYou(Exception):
    """A page that is for others; the message says what to do."""


@dataclass(frozen=True, slots=True)
class MenuLine:
    """A page, by its name in the menu; `roles` may open it, or everybody where none is named."""

    path: str
    name: str
    roles: frozenset[str] = frozenset()

    def is_for(self, me: Mapping[str, Any]) -> bool:
        """Whether they may open it. It is no right: the gateway decides on each question."""
        return not self.roles or bool(self.roles & {*me["roles"]})


@dataclass(frozen=True, slots=True)
class ShownMenu:
    """What one person sees of a menu; `here` is the page that it stands on."""

    name: str
    lines: tuple[MenuLine, ...]
    here: str


@dataclass(frozen=True, slots=True)
class Menu:
    """The pages of one room that lead to each other."""

    name: str
    lines: tuple[MenuLine, ...]

    def of(self, me: Mapping[str, Any], here: str = "") -> ShownMenu:
        """What the gateway's `me` may open of it."""
        return ShownMenu(self.name, tuple(line for line in self.lines if line.is_for(me)), here)

    def admit(self, me: Mapping[str, Any], path: str) -> None:
        """NotForYou where this person's menu does not have the page."""
        if path not in {line.path for line in self.of(me).lines}:
            raise NotForYou(_OTHERS)
