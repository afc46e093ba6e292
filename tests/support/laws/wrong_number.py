"""One wrong number on one agency's record costs nobody else their certainty, nor the log its truth.

Of two worlds one agency has another child's UPN
on her record in the first, and her own in the second. Every other agency's outcome is the same,
and the other child's pseudonym is in no entry.
"""

from dataclasses import dataclass, replace
from typing import Final

from hypothesis import assume
from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN, Upn
from gateway.model.inquiry import Known
from tests.support.laws.law import Law
from tests.support.laws.running.asking import Asking
from tests.support.laws.running.law_gateway import law_gateway
from tests.support.laws.running.place import LawPlace
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.children import LawChild
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import worlds


@dataclass(frozen=True, slots=True)
class OneWrongNumber:
    """The world, with the wrong number and without; `at` is the agency that has it."""

    wrong: LawWorld
    right: LawWorld
    at: str
    other: LawChild
    caller: LawCaller
    question: LawQuestion


@st.composite
def one_wrong_number(draw: st.DrawFn, most: int) -> OneWrongNumber:
    """A child whose numbers demographics has, and a clerk elsewhere who took another's UPN."""
    world = draw(worlds(most, least=2))
    child, other = world.children[0], world.children[-1]
    # An authority whose own record is in doubt clears nobody, and then rows are hidden.
    others = [a for a in world.agencies[1:] if a.role != "authority"]
    places = [agency for agency in others if NHS_NUMBER in agency.by]
    assume(bool(places))
    at = draw(st.sampled_from(places))
    right = world.with_(*(_sound(agency, child) for agency in world.agencies))
    holding = right.agency(at.id)
    mistaken = replace(holding.held[0], numbered="both", pupil_of=other)
    wrong = right.with_(replace(holding, held=(mistaken, *holding.held[1:])))
    question = LawQuestion(child, (NHS_NUMBER, "name", "born"))
    return OneWrongNumber(wrong, right, at.id, other, draw(callers()), question)


def _sound(agency: LawAgency, child: LawChild) -> LawAgency:
    """The agency, which is up and has one right record of the child and none of anybody else.

    Demographics knows both her numbers: where no identity source knows one, a namesake's number and
    a clerk's slip look alike, and a person has to tell them apart.
    """
    numbered = [record.numbered for record in agency.held if record.numbered != "none"]
    first = agency.role == "spine"
    record = HeldRecord(agency.id, 0, child, "both" if first else (numbered or ["both"])[0])
    return replace(agency, state="up", held=(record,))


def broken(place: LawPlace, asked: OneWrongNumber) -> list[str]:
    """Which other agency's outcome the wrong number changes, and whose pseudonym is logged."""
    (with_it, logged), (without, _) = (
        place.run(_told(place, world, asked)) for world in (asked.wrong, asked.right)
    )
    wrong = [
        f"{agency} says {with_it[agency]} and not {outcome}, for a number at {asked.at}"
        for agency, outcome in without.items()
        if agency != asked.at and with_it.get(agency) != outcome
    ]
    return [*wrong, *(f"{kind} is logged under another child's pseudonym" for kind in logged)]


async def _told(
    place: LawPlace, world: LawWorld, asked: OneWrongNumber
) -> tuple[dict[str, str], list[str]]:
    """Each agency's outcome, and the kinds of entries that name the other child.

    Of these only where another agency said the child's own UPN: else nobody could have known.
    """
    gateway = await law_gateway(place, world, asked.caller)
    said = await Asking(place, gateway, asked.caller).ask(asked.question)
    known = Known(upn=Upn(asked.other.numbers[UPN]))
    others = {*await gateway.recorder.pseudonyms(known)}
    kinds = [e.kind.value for e in gateway.log.entries if others & {*e.child_pseudonyms}]
    own = asked.question.child.numbers[UPN]
    contradicted = any(record.numbers.get(UPN) == own for record in said.served)
    outcomes = {row["agency"]["id"]: row["outcome"] for row in said.rows}
    return outcomes, kinds if contradicted else []


WRONG_NUMBER: Final = Law(
    "a wrong number at one agency costs no other its certainty", one_wrong_number, broken
)
