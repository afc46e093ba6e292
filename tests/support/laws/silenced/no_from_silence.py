"""The law of silence: that one agency does not answer makes no other say that it has no record.

Children are asked about all at once, by numbers of which some were replaced, while agencies are
down, busy, at their limit or rest. Each is asked about alone as well, while nobody is in trouble.
Who holds a child and says NO_RECORD among them says so then too. Who answers nothing at all says
neither that it has no record nor that it found none.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.agencies import HOME
from tests.support.laws.law import Law
from tests.support.laws.running.asking import Asking, answers
from tests.support.laws.running.law_gateway import law_gateway
from tests.support.laws.running.place import LawPlace
from tests.support.laws.silenced.renumbered import TROUBLES, TroubledAgency, renumbered
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.children import LawChild, children
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import takes_s

_MOST: Final = 12  # questions at once
_BY: Final = ((NHS_NUMBER, "name", "born"), (NHS_NUMBER, "born"), (NHS_NUMBER, UPN, "born"))
_ROLES: Final = ("none", "none", "authority", "member")
_SAYS_NO: Final = frozenset({"NO_RECORD", "NONE_FOUND"})


@dataclass(frozen=True, slots=True)
class AskedInTrouble:
    """Questions that are asked at once, in one request or each in its own, of a troubled world."""

    world: LawWorld
    caller: LawCaller
    asked: tuple[LawQuestion, ...]
    together: bool

    @property
    def calm(self) -> LawWorld:
        """The world in which nobody is in trouble."""
        return self.world.with_(
            *(a.troubled("") for a in self.world.agencies if isinstance(a, TroubledAgency))
        )


@st.composite
def asked_in_trouble(draw: st.DrawFn, most: int) -> AskedInTrouble:
    """One to twelve questions; demographics knows everybody, by the former number too."""
    people = draw(children(1, 3))
    others = [draw(_agency(at, people)) for at in range(1, 1 + draw(st.integers(1, most)))]
    held = tuple(HeldRecord("a0", child.place, child, "nhs") for child in people)
    spine = TroubledAgency(
        0,
        draw(st.sampled_from(["spine", "identity"])),
        by=(NHS_NUMBER, "name"),
        held=held,
        renews=True,
    ).troubled(draw(_troubles(often=True)))
    world = LawWorld(people, (spine, *others))
    by, scope = draw(st.sampled_from(_BY)), draw(st.sampled_from([None, ("a1",)]))
    asked = draw(st.lists(_asked_about(people), min_size=1, max_size=_MOST))
    questions = tuple(LawQuestion(child, by, agencies=scope) for child in asked)
    caller = draw(callers(cleared=draw(st.booleans())))
    return AskedInTrouble(world, caller, questions, draw(st.booleans()))


def _asked_about(people: tuple[LawChild, ...]) -> st.SearchStrategy[LawChild]:
    return st.sampled_from([*people, *(renumbered(child) for child in people)])


def _troubles(*, often: bool) -> st.SearchStrategy[str]:
    return st.sampled_from([*TROUBLES, *([""] * (2 if often else 12))])


@st.composite
def _agency(draw: st.DrawFn, place: int, people: tuple[LawChild, ...]) -> TroubledAgency:
    found = TroubledAgency(
        place,
        draw(st.sampled_from(_ROLES)),
        draw(st.sampled_from([(), (HOME,)])),
        by=draw(st.sampled_from([(NHS_NUMBER,), (NHS_NUMBER, "name")])),
        seconds=takes_s(place, "up"),
    ).troubled(draw(_troubles(often=False)))
    known = [child for child in people if draw(st.booleans())]
    codes = ["U", "U", "R"] if found.in_set else ["U"]
    held = tuple(
        HeldRecord(
            found.id,
            at,
            draw(st.sampled_from([child, renumbered(child)])),
            code=draw(st.sampled_from(codes)),
        )
        for at, child in enumerate(known)
    )
    return replace(found, held=held)


def _broken(place: LawPlace, example: AskedInTrouble) -> list[str]:
    calm = {
        each: answers(place, example.calm, example.caller, [each])[0].payloads[0]["data"]["child"]
        for each in dict.fromkeys(example.asked)
    }
    return [
        f"{wrong}, by {asked}"
        for asked, said in zip(example.asked, place.run(_said(place, example)), strict=True)
        if said is not None
        for wrong in _worse(example.world, asked.child, said, calm[asked])
    ]


async def _said(place: LawPlace, example: AskedInTrouble) -> list[Any]:
    """What is said of each child in trouble; None where the request itself was refused."""
    gateway = await law_gateway(place, example.world, example.caller)
    asking = Asking(place, gateway, example.caller)
    first, *more = example.asked
    if example.together and more:
        beside = tuple(question.child for question in more)
        said = (await asking.ask(replace(first, beside=beside))).payloads[0]["data"]
        return said["children"] if said else [None] * len(example.asked)
    told = await asyncio.gather(*(asking.ask(each) for each in example.asked))
    return [(each.payloads[0].get("data") or {}).get("child") for each in told]


def _worse(world: LawWorld, child: LawChild, said: Any, calm: Any) -> Iterator[str]:
    told = {row["agency"]["id"]: row["outcome"] for row in calm["answers"]}
    for row in said["answers"]:
        name, outcome = row["agency"]["id"], row["outcome"]
        agency = world.agency(name)
        holds = any(record.child.place == child.place for record in agency.held)
        if holds and outcome == "NO_RECORD" and told[name] != outcome:
            yield f"{name} says NO_RECORD in trouble, and {told[name]} without"
        silent = isinstance(agency, TroubledAgency) and agency.silent_at_all_times
        if silent and outcome in _SAYS_NO:
            yield f"{name} answers nothing, and says {outcome}"


NO_FROM_SILENCE: Final = Law(
    "that one agency is silent makes no other say no", asked_in_trouble, _broken
)
