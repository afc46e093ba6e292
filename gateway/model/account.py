"""A sign-in of a person, and the links that say of two sign-ins that they are one person's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """A user's name, and the issuer in whose names it is one; "" where it was not yet kept."""

    issuer: str
    user: str

    def may_be(self, other: "Account") -> bool:
        """Whether they are one account, or nobody can tell any more that they are not."""
        unknown = not self.issuer or not other.issuer
        return self.user == other.user and (unknown or self.issuer == other.issuer)


@dataclass(frozen=True, slots=True)
class AccountPair:
    """Two accounts that are one person's, in order, so that it is the same said either way."""

    first: Account
    second: Account

    @classmethod
    def of(cls, one: Account, other: Account) -> Self:
        """The pair; ValueError if it is one account twice."""
        if one == other:
            raise ValueError("a link needs two different accounts")
        return cls(*sorted([one, other]))


class LinkStep(StrEnum):
    """A link counts once somebody has proposed it and somebody else has confirmed it."""

    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"


@dataclass(frozen=True, slots=True)
class AccountLink:
    """One step of a link, by whom, and the index of its entry in the log."""

    pair: AccountPair
    step: LinkStep
    by: Account
    at: datetime
    entry: int
