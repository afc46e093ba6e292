"""Children whose NHS number was replaced, and agencies that hold them under either number."""

from dataclasses import dataclass, replace
from typing import Final

from adapters.contract.codes import Claim
from adapters.contract.identifiers import NHS_NUMBER
from tests.support.laws.town.children import LawChild
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.said import Said

TROUBLES: Final = ("down", "hung", "busy", "refused", "cut", "limited", "resting")
_FORMERLY: Final = 4  # her former number is the present one of no child of the world
_SAYS: Final = {
    "busy": Said(429, "application/json", b"{}"),
    "refused": Said(403, "application/json", b"{}"),
    "cut": Said(200, "application/json", b'{"children": [], "to'),
}


@dataclass(frozen=True, slots=True)
class RenumberedChild(LawChild):
    """A child as people know her who have her former number."""

    @property
    def numbers(self) -> dict[str, str]:
        """Her numbers, the NHS number that was replaced among them."""
        former = replace(_now(self), place=self.place + _FORMERLY)
        return {**_now(self).numbers, NHS_NUMBER: former.numbers[NHS_NUMBER]}


def renumbered(child: LawChild) -> RenumberedChild:
    """The child by her former number."""
    return RenumberedChild(child.place, child.given, child.family, child.born, child.sex)


def _now(child: LawChild) -> LawChild:
    return LawChild(child.place, child.given, child.family, child.born, child.sex)


@dataclass(frozen=True, slots=True)
class TroubledAgency(LawAgency):
    """It is in `trouble`; where it `renews` a former number leads to the record of the present one.

    Of the role "identity" it says who a child is, and nothing of restriction. In the trouble
    "limited" it takes one question a second; in "resting" it is not asked again for a while.
    """

    trouble: str = ""
    renews: bool = False

    @property
    def claims(self) -> frozenset[Claim]:
        """What it claims and is granted."""
        said: frozenset[Claim] = LawAgency.claims.__get__(self)
        return said | {Claim.SPINE} if self.role == "identity" else said

    def troubled(self, trouble: str) -> "TroubledAgency":
        """The same in this trouble; in none where it is empty."""
        state = {"down": "down", "resting": "down", "hung": "hung"}.get(trouble, "up")
        return replace(self, trouble=trouble, state=state)

    @property
    def silent_at_all_times(self) -> bool:
        """Whether no question of it is answered."""
        return self.trouble not in ("", "limited")

    def manifest(self, url: str) -> str:
        """The manifest, for a desk at `url`."""
        text = LawAgency.manifest(self, url)
        if self.renews:
            text = text.replace('name = "by-number"', 'name = "by-number"\nsupersedes = true')
        if self.trouble == "limited":
            text = text.replace('rate = "200/s"\nconcurrency = 8', 'rate = "1/s"\nconcurrency = 1')
        if self.trouble == "resting":
            text = text.replace("failures = 100", "failures = 1")
        return text

    def answered(self, method: str, url: str, body: bytes) -> Said | None:
        """What it says in its trouble, or to a number that was replaced."""
        del method, body
        if self.trouble in _SAYS:
            return _SAYS[self.trouble]
        found = [record for record in self.held if self._led_to(record, url)]
        return self.says(found, len(found)) if found else None

    def _led_to(self, record: HeldRecord, url: str) -> bool:
        return self.renews and f"nhs={renumbered(record.child).numbers[NHS_NUMBER]}" in url
