"""Whom the question is about: what the caller said, and what the identity sources added."""

from dataclasses import dataclass
from typing import Self

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.identifiers import AGENCY_RECORD
from adapters.contract.record import Identifier, Name


@plainly_made
@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom and what the caller knows around the child, as it was told.

    `carers` by name; `schools` and `gp_practices` by name or code (URN, ODS); `telephones` of the
    child or a carer.
    """

    carers: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    gp_practices: tuple[str, ...] = ()
    telephones: tuple[str, ...] = ()


@plainly_made
@dataclass(frozen=True, slots=True)
class Reference:
    """The details that every candidate is graded against; frozen once the identity sources spoke.

    `stated_birth_date` and `stated_names` are the caller's own. Without either of them no
    identifier is ever graded certain, whatever the identity sources added. `postcodes` are None
    until the shield authorities have cleared the child: then no location is weighed at all, be it
    the caller's or an agency's; `stated_postcodes` wait until then. `surroundings` may tell of a
    place too, and are None until then alike. `birth_dates_estimated`: those of `birth_dates` that
    are guesses. `of_others` are numbers of somebody evidently else, as identity sources say: beside
    a number of hers they are a clerk's slip.
    """

    identifiers: frozenset[Identifier] = frozenset()
    names: tuple[Name, ...] = ()
    birth_dates: frozenset[PartialDate] = frozenset()
    sex: Sex | None = None
    stated_names: tuple[Name, ...] = ()
    stated_birth_date: PartialDate | None = None
    stated_postcodes: frozenset[str] = frozenset()
    postcodes: frozenset[str] | None = None
    birth_dates_estimated: frozenset[PartialDate] = frozenset()
    of_others: frozenset[Identifier] = frozenset()
    stated_surroundings: Surroundings = Surroundings()
    surroundings: Surroundings | None = None

    @property
    def tells_of_place(self) -> bool:
        """Whether the caller told anything that waits until the child is cleared."""
        return bool(self.stated_postcodes) or self.stated_surroundings != Surroundings()

    def located(self) -> Self:
        """The same with all that the caller told of places, to be weighed from now on."""
        return replace(self, postcodes=self.stated_postcodes, surroundings=self.stated_surroundings)

    def unlocated(self) -> Self:
        """The same as if the caller had told of no place."""
        return replace(
            self,
            stated_postcodes=frozenset(),
            postcodes=None,
            stated_surroundings=Surroundings(),
            surroundings=None,
        )


def named_record(source: str, record_id: str) -> Identifier:
    """How a reference holds a record that the caller named: its id within one source.

    `resolve` holds it against `Record.record_id` of that source alone; it is no number of the
    child's, is taught to nobody and never stands in `Record.identifiers`.
    """
    return Identifier(f"{AGENCY_RECORD}:{source}", record_id)
