"""An alert, and where it stands among others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from gateway.audit.entry.time_units import at_microsecond, microseconds
from gateway.model.account import Account

THOUSANDTHS: Final = 1000


@dataclass(frozen=True, slots=True)
class Rank:
    """Where an alert stands: the most unusual first, of equal ones the newest."""

    thousandths: int
    at: int
    id: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. `anchor` is the entry to review; `verdict` is None while nobody has.

    `user`, `organisation` and `manager` are whose access it is, and who may not review it;
    `issuer` vouched for the user, "" where the log does not say.
    """

    id: str
    anchor: int
    rule: str
    thousandths: int
    at: datetime
    due_by: datetime
    entries: tuple[int, ...]
    user: str
    issuer: str
    organisation: str
    manager: str | None
    verdict: str | None

    @property
    def rank(self) -> Rank:
        """Its place in the list."""
        return Rank(self.thousandths, microseconds(self.at), self.id)

    @property
    def score(self) -> float:
        """How unusual, from 0 to 1."""
        return self.thousandths / THOUSANDTHS

    @property
    def near(self) -> tuple[Account, ...]:
        """Who may not review it: the user and their manager."""
        names = [self.user, *([self.manager] if self.manager else [])]
        return tuple(Account(self.issuer, name) for name in names)

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """The alert of a row of the table."""
        name, anchor, rule, score, at, due_by, entries, *others = row
        user, issuer, organisation, manager, verdict, *_ = others
        return cls(
            id=name,
            anchor=anchor,
            rule=rule,
            thousandths=score,
            at=at_microsecond(at),
            due_by=at_microsecond(due_by),
            entries=tuple(json.loads(entries)),
            user=user,
            issuer=issuer,
            organisation=organisation,
            manager=manager,
            verdict=verdict,
        )
