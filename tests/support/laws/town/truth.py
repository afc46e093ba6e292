"""What is so in a world, worked out apart from the gateway: who is restricted, by which source.

The shield set that a question has asked of it is ADR 0014's: within one's own areas the members
there and of whatever else the agencies there serve; beyond them every member. A member restricts a
child where it holds a record of her that says so and the question leads it to that record.
"""

from collections.abc import Iterator

from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.children import LawChild
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld


def beyond(world: LawWorld, caller: LawCaller, question: LawQuestion) -> bool:
    """Whether the question names what is not of the caller's own areas."""
    ids = {agency.id for agency in world.agencies if not agency.sensitive}
    named = [world.agency(name) for name in question.agencies or () if name in ids]
    far = not {*(question.areas or ())} <= {*caller.areas}
    return far or not all(serves(agency, caller.areas) for agency in named)


def serves(agency: LawAgency, areas: tuple[str, ...] | set[str]) -> bool:
    """Whether an agency serves any of these areas."""
    return agency.national or not {*agency.areas}.isdisjoint(areas)


def shield_set(world: LawWorld, caller: LawCaller, question: LawQuestion) -> list[LawAgency]:
    """The members that ADR 0014 has asked, whatever else the question names."""
    near = [a.areas for a in world.agencies if serves(a, caller.areas)]
    around = {*caller.areas}.union(*near)
    far = beyond(world, caller, question)
    return [a for a in world.agencies if a.in_set and (far or serves(a, around))]


def restricted(world: LawWorld, caller: LawCaller, question: LawQuestion) -> list[LawChild]:
    """The children whom some member that is asked and answers restricts by some reading."""
    members = [a for a in shield_set(world, caller, question) if a.answers]
    parts = [question.child, *question.beside]

    def reads(part: LawChild, child: LawChild) -> bool:
        return any(_reads(member, question, part, child) for member in members)

    return [
        child
        for child in world.children
        if any(reads(part, child) for part in parts)
        and all(reads(part, child) for part in parts if _alike(part, child))
    ]


def silenced(world: LawWorld, caller: LawCaller, question: LawQuestion) -> bool:
    """Whether a member that the question could have asked by a number gives no answer."""
    return any(
        not member.answers and not {*member.by}.isdisjoint(question.numbers)
        for member in shield_set(world, caller, question)
    )


def gives_nothing(agency: LawAgency, caller: LawCaller) -> bool:
    """Whether an agency's rules give this caller nothing of any child."""
    return caller.sector not in agency.sectors


def _reads(member: LawAgency, question: LawQuestion, asked: LawChild, child: LawChild) -> bool:
    """Whether a question about one child leads this member to a restricted record of another.

    By a number that is asked; or by name and birthday, where no number is asked, or where the
    number is a namesake's, so that nothing but these could make the record look like hers.
    """
    if not _alike(asked, child):
        return False  # nothing of hers can be taken for the other's: see `two_children`
    return any(
        _by_number(member, question, asked, record) or _by_name(member, question, asked, record)
        for record in member.held
        if record.child == child and record.restricted
    )


def _alike(one: LawChild, other: LawChild) -> bool:
    return one.as_named == other.as_named


def _by_number(
    member: LawAgency, question: LawQuestion, asked: LawChild, record: HeldRecord
) -> bool:
    asked_by = {name: asked.numbers[name] for name in question.numbers if name in member.by}
    return not asked_by.items().isdisjoint(record.numbers.items())


def _by_name(member: LawAgency, question: LawQuestion, asked: LawChild, record: HeldRecord) -> bool:
    searches = "name" in member.by and record.plain and asked.as_named == record.child.as_named
    return searches and (not question.numbers or asked != record.child)


def told_of(world: LawWorld, child: LawChild, text: str) -> Iterator[str]:
    """What a text holds that says where a child is."""
    for record in world.records:
        if record.child == child and record.told_in(text):
            yield record.mark
    if child.numbers["upn"] in text and not _upn_elsewhere(world, child):
        yield child.numbers["upn"]


def _upn_elsewhere(world: LawWorld, child: LawChild) -> bool:
    return any(record.pupil_of == child for record in world.records)
