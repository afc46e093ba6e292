"""One rule of Cedar as the gateway keeps it: its name, what it says, and how it denies."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.model.errors import ConfigurationFault, ConfigurationInvalid
from resolvers.child.child import WithheldReason


class Ruling(StrEnum):
    """Given, openly kept back, or kept back without a word."""

    GIVEN = "GIVEN"
    WITHHELD = "WITHHELD"
    SILENT = "SILENT"


RuleProblem = tuple[int, str]
"""The line of a rule from 1, 0 where it was written as a table; and what to change."""
KEPT_BACK: Final = "the agency's rules keep this back"


class RuleInvalid(ConfigurationInvalid):
    """A document of rules cannot be used; it says of each rule its line and what to change."""

    def __init__(self, document: str, problems: Iterable[RuleProblem]) -> None:
        super().__init__(*(ConfigurationFault(what, document, line) for line, what in problems))


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` is document/id; `cedar` is Cedar's own JSON form of it, its keys in order.

    It is a text, as the rules of a source are 200 objects otherwise, and read only at a change.
    `forbids` says whether it takes away; else it gives. A `silent` forbid leaves no trace of what
    it keeps back; `reason` and `message` are what an open one says.
    """

    name: str
    cedar: str = field(repr=False, hash=False)
    forbids: bool
    silent: bool = False
    reason: WithheldReason = WithheldReason.POLICY
    message: str = KEPT_BACK
