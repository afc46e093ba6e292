"""Codes for unusual features of an access, found while a question is answered; no identity."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SIGNIFICANT_HARM: Final = "SIGNIFICANT_HARM"
"""A code in the detail of a question that stated it."""


class AccessFlag(StrEnum):
    """Why an access may be for a reason of the user's own; each is a fact, none a verdict.

    A surname is common if more than about one child in a thousand bears it.
    """

    OUT_OF_AREA = "OUT_OF_AREA"
    BREAK_GLASS = "BREAK_GLASS"
    SAME_SURNAME = "SAME_SURNAME"
    SAME_COMMON_SURNAME = "SAME_COMMON_SURNAME"
    SAME_ADDRESS = "SAME_ADDRESS"
    SAME_POSTCODE = "SAME_POSTCODE"
    SAME_TELEPHONE = "SAME_TELEPHONE"
    STAFF_CHILD = "STAFF_CHILD"
    SEVERAL_HOMES = "SEVERAL_HOMES"


class WorkingRelationship(StrEnum):
    """Whom of the user's organisation the answer names as working with the child, nearest first."""

    USER = "USER"
    TEAM = "TEAM"
    ORGANISATION = "ORGANISATION"


@dataclass(frozen=True, slots=True)
class AccessFlags:
    """The access flags of a question or an answer; `tie` is None where nobody is involved."""

    risks: frozenset[AccessFlag] = frozenset()
    tie: WorkingRelationship | None = None
