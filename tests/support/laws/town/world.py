"""A world: its children and agencies, and what is true of them whatever anybody answers."""

from dataclasses import dataclass, replace

from tests.support.laws.town.children import LawChild
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency


@dataclass(frozen=True, slots=True)
class LawWorld:
    """Children and agencies; an agency's `place` is its place here."""

    children: tuple[LawChild, ...]
    agencies: tuple[LawAgency, ...]

    @property
    def records(self) -> tuple[HeldRecord, ...]:
        """Every record of every agency."""
        return tuple(record for agency in self.agencies for record in agency.held)

    def agency(self, agency_id: str) -> LawAgency:
        """The agency of this id."""
        return next(each for each in self.agencies if each.id == agency_id)

    def with_(self, *changed: LawAgency) -> "LawWorld":
        """This world with these agencies in place of those of the same place."""
        agencies = {each.place: each for each in (*self.agencies, *changed)}
        return replace(self, agencies=tuple(agencies[place] for place in sorted(agencies)))
