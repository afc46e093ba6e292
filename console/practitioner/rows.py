"""What one agency's row means for whoever reads it, and how it is put in words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


class Group(Enum):
    """The kinds of rows in the order in which they matter: id of the place, heading."""

    KNOWN = ("known", "They have a record of this child")
    SILENT = ("silent", "They did not answer: ring them")
    MAYBE = ("maybe", "They may know this child")
    UNSURE = ("unsure", "They gave no clear yes or no")
    NONE = ("none", "They have no record")
    NOT_ASKED = ("not-asked", "They were not asked")

    @property
    def place(self) -> str:
        """The id of the list on the page."""
        return f"group-{self.value[0]}"

    @property
    def heading(self) -> str:
        """What stands above the list."""
        return self.value[1]

    @property
    def folds(self) -> bool:
        """Whether a long list of these is shown only to those who want to see it."""
        return self in {Group.NONE, Group.NOT_ASKED}

    @property
    def has_doubts(self) -> bool:
        """Whether the records that may be of another child are compared below it."""
        return self is Group.MAYBE

    @property
    def may_answer_later(self) -> bool:
        """Whether it stands beside the button that asks again."""
        return self is Group.SILENT


# Any text; at its end may be whom to ring, in a sentence of its own.
_NUMBER: Final = re.compile(r"(?P<told>.*?)(?P<number> Ring .+ on [^.]+\.)?", re.DOTALL)
_SAID: Final[Mapping[str, tuple[Group, str]]] = {
    "HAS_RECORD": (Group.KNOWN, "Has a record"),
    "AMBIGUOUS": (Group.MAYBE, "May have a record: a person must look"),
    "MORE_NEEDED": (Group.MAYBE, "Needs more details to search"),
    "NONE_FOUND": (Group.UNSURE, "Found nothing, which proves nothing"),
    "NOTHING_TO_SHARE": (Group.UNSURE, "Tells nothing here, whether or not it knows the child"),
    "NO_RECORD": (Group.NONE, "No record there"),
    "NOT_ASKED": (Group.NOT_ASKED, "Not asked"),
    "NOT_PERMITTED": (Group.NOT_ASKED, "Not permitted"),
    "TIMEOUT": (Group.SILENT, "No answer in time"),
    "UNAVAILABLE": (Group.SILENT, "Could not be reached"),
    "BUSY": (Group.SILENT, "Too many questions just now"),
    "REFUSED": (Group.SILENT, "Refused the gateway"),
    "INVALID_RESPONSE": (Group.SILENT, "Sent something that cannot be read"),
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One agency's row, as the page shows it; `said` is the gateway's own."""

    group: Group
    words: str
    said: Mapping[str, Any]

    @property
    def agency(self) -> Mapping[str, Any]:
        """Whose row it is."""
        found: Mapping[str, Any] = self.said["agency"]
        return found

    @property
    def retryable(self) -> bool:
        """Whether asking again soon may help."""
        return bool(self.said["retryable"])

    @property
    def has_record(self) -> bool:
        """Whether it holds the child for certain."""
        return self.group is Group.KNOWN

    @property
    def detail(self) -> str:
        """The gateway's explanation, without the number that stands below it as a link."""
        return without_number(self.said["detail"] or "", self.said["ring"])

    @property
    def withheld(self) -> list[str]:
        """What is kept back, each sentence once."""
        messages = [each["message"] for each in self.said["withheld"]]
        return said_once([without_number(each, self.said["ring"]) for each in messages])

    @property
    def spoken(self) -> str:
        """What a screen reader says when it comes."""
        return f"{self.agency['name']}: {self.words}."


def row_of(said: Mapping[str, Any]) -> ShownRow:
    """The row of an agency; an outcome of a later version is no answer unless it says so."""
    later = (Group.UNSURE, "Answered: ring to ask what") if said["answered"] else None
    group, words = _SAID.get(said["outcome"], later or (Group.SILENT, "No answer"))
    return ShownRow(group, words, said)


def without_number(said: str, ring: Mapping[str, Any] | None) -> str:
    """A text of the gateway without "Ring them on a number", where that is shown beside it."""
    known = f"Ring {ring['name']} on {ring['telephone']}." if ring else ""
    return said.removesuffix(known).rstrip() if known else said


def said_once(messages: Iterable[str]) -> list[str]:
    """Texts of the gateway that end in the same number: it is said after the last of them."""
    found = [read for each in dict.fromkeys(messages) if (read := _NUMBER.fullmatch(each))]
    numbers = [read["number"] for read in found]
    return [
        read["told"] if read["number"] in numbers[place:] else read[0]
        for place, read in enumerate(found, 1)
    ]
