"""Any world: agencies of every kind, each with its own spelling of the children that it holds."""

from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.agencies import HOME
from tests.support.laws.town.children import LawChild, children
from tests.support.laws.town.held_record import CODES, NUMBERS, HeldRecord
from tests.support.laws.town.law_agency import AREAS, CLASSES, EAST, SECTORS, WEST, LawAgency
from tests.support.laws.town.world import LawWorld

_EVERY_SEARCH: Final = (NHS_NUMBER, UPN, "name")
_BY: Final = (
    *(_EVERY_SEARCH, _EVERY_SEARCH),
    *((NHS_NUMBER,), (NHS_NUMBER, "name"), (UPN, "name"), ("name",)),
)
_ONE_AREA: Final = st.sampled_from([(HOME,), (HOME,), *((area,) for area in AREAS)])
_STATES: Final = st.sampled_from(["up"] * 9 + ["slow", "down", "hung"])
_GIVES: Final = st.sampled_from([CLASSES, CLASSES, CLASSES, ("IDENTITY", "INVOLVEMENT")])
_SECTORS: Final = st.sampled_from([SECTORS, SECTORS, SECTORS, SECTORS, ("POLICE",), ("HEALTH",)])
FEW: Final = 3  # agencies beside demographics, where a trial must be short
MANY: Final = 5


@dataclass(frozen=True, slots=True)
class AgencyKind:
    """What agencies of one kind have in common; `local` ones serve an area, or two."""

    role: str = "none"
    local: bool = True
    sector: str = "HEALTH"
    wide: bool = False
    sensitive: bool = False
    effects: bool = False


KINDS: Final = {
    "council": AgencyKind("authority", sector="SOCIAL_CARE"),
    "child health": AgencyKind("member"),
    "register": AgencyKind("member", local=False),
    "practice": AgencyKind(),
    "records": AgencyKind(local=False),
    "school": AgencyKind(sector="EDUCATION"),
    "police": AgencyKind(sector="POLICE", wide=True),
    "charity": AgencyKind("own-row", sector="SOCIAL_CARE"),
    "clinic": AgencyKind(sensitive=True),
    "alarm": AgencyKind(effects=True, sector="SOCIAL_CARE"),
}
_OFTEN: Final = ("council", "child health", "practice", "school", "police")
_SPELT: Final = st.tuples(
    st.sampled_from(["both", "both", "both", *NUMBERS]),
    st.sampled_from(["same"] * 5 + ["other"]),
    st.sampled_from(["same"] * 5 + ["slip"]),
)


@st.composite
def worlds(draw: st.DrawFn, most: int = FEW, *, least: int = 1) -> LawWorld:
    """A world in which demographics nearly always has the children, and up to `most` others may.

    There are at least `least` children.
    """
    people = draw(children(least, 2 if most == FEW else 3))
    kinds = draw(st.lists(st.sampled_from([*_OFTEN, *KINDS]), min_size=1, max_size=most))
    others = tuple(draw(_agency(at + 1, KINDS[name], people)) for at, name in enumerate(kinds))
    world = LawWorld(people, (draw(_demographics(people)), *others))
    changes = [_with_a_mark, _with_a_mark, _with_one_silent, None]
    alike = any(child.as_named == people[0].as_named for child in people[1:])
    change = draw(st.sampled_from([*changes, _with_a_shielded_namesake] if alike else changes))
    return draw(change(world)) if change else world


def unmarked(world: LawWorld) -> LawWorld:
    """The world in which nobody restricts anybody."""
    return world.with_(
        *(replace(a, held=tuple(replace(r, code="U") for r in a.held)) for a in world.agencies)
    )


@st.composite
def _with_a_mark(draw: st.DrawFn, world: LawWorld) -> LawWorld:
    """The world in which one member of the set restricts a child whom the others clear.

    Some of these give nothing to most callers, or are far from all of them.
    """
    child = draw(st.sampled_from(world.children))
    members = [agency for agency in world.agencies if agency.in_set]
    marking = draw(st.sampled_from((members[0], *members[1:] * 3)))
    others = [_clearing(agency, child) for agency in members if agency != marking]
    sectors = draw(st.sampled_from([marking.sectors, marking.sectors, ("HEALTH",)]))
    far = draw(st.sampled_from([marking.areas, marking.areas, (WEST,)]))
    held = _with(marking, HeldRecord(marking.id, 0, child, code="R"))
    areas = far if marking.areas else ()
    return world.with_(*others, replace(held, state="up", sectors=sectors, areas=areas))


@st.composite
def _with_a_shielded_namesake(draw: st.DrawFn, world: LawWorld) -> LawWorld:
    """The world in which demographics restricts a namesake of the first child, whom all clear.

    An agency outside the set has the namesake alone, under no number that demographics has.
    """
    first = world.children[0]
    namesake = next(c for c in world.children[1:] if c.as_named == first.as_named)
    marked = HeldRecord("a0", 0, namesake, "nhs", code="R")
    told = replace(world.agencies[0], state="up", gives=("IDENTITY",), held=())
    cleared = _with(_with(told, marked), HeldRecord("a0", 1, first, "nhs"))
    others = [_alone(agency, first) for agency in world.agencies[1:]]
    numbered = draw(st.sampled_from(["upn", "none"]))
    place = draw(st.sampled_from([agency.place for agency in others]))
    holding = replace(others[place - 1], by=(UPN, "name"), state="up", population=900)
    held = (HeldRecord(holding.id, 0, namesake, numbered),)
    return world.with_(cleared, *others, replace(holding, held=held))


def _alone(agency: LawAgency, child: LawChild) -> LawAgency:
    """The agency with nobody but this child, and nothing of where the child is."""
    cleared = _clearing(agency, child)
    held = tuple(each for each in cleared.held if each.child == child)
    return replace(cleared, held=tuple(replace(r, place=at) for at, r in enumerate(held)))


@st.composite
def _with_one_silent(draw: st.DrawFn, world: LawWorld) -> LawWorld:
    """The world in which nobody restricts the first child, and one of the set does not answer."""
    members = [_clearing(agency, world.children[0]) for agency in world.agencies if agency.in_set]
    silent = draw(st.sampled_from((members[0], *members[1:] * 3)))
    return world.with_(*members, replace(silent, state=draw(st.sampled_from(["down", "hung"]))))


def _clearing(agency: LawAgency, child: LawChild) -> LawAgency:
    return replace(_with(agency, HeldRecord(agency.id, 0, child)), state="up")


def _with(agency: LawAgency, record: HeldRecord) -> LawAgency:
    """The agency with this one record of the child."""
    held = [each for each in agency.held if each.child != record.child] + [record]
    return replace(agency, held=tuple(replace(r, place=at) for at, r in enumerate(held)))


@st.composite
def _agency(
    draw: st.DrawFn, place: int, kind: AgencyKind, people: tuple[LawChild, ...]
) -> LawAgency:
    state = draw(_STATES)
    local = (HOME, EAST) if kind.wide else draw(_ONE_AREA)
    sectors = draw(_SECTORS)
    found = LawAgency(
        place,
        role=kind.role,
        areas=local if kind.local else (),
        sector=kind.sector,
        by=draw(st.sampled_from(_BY)),
        gives=draw(_GIVES),
        sectors=sectors,
        silent=sectors != SECTORS and draw(st.booleans()),
        sensitive=kind.sensitive,
        effects=kind.effects,
        proves=draw(st.booleans()),
        population=draw(st.sampled_from([900, 900, None])),
        state=state,
        seconds=takes_s(place, state),
    )
    return replace(found, held=draw(_held(found, people)))


@st.composite
def _held(
    draw: st.DrawFn, agency: LawAgency, people: tuple[LawChild, ...]
) -> tuple[HeldRecord, ...]:
    codes = CODES if agency.role != "none" else ("U",)
    held: list[HeldRecord] = []
    for child in people:
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 1, 2]))):
            numbered, named, born = draw(_SPELT)
            code = draw(st.sampled_from(["U", "U", *codes]))
            held.append(HeldRecord(agency.id, len(held), child, numbered, named, born, code, None))
    return tuple(held)


@st.composite
def _demographics(draw: st.DrawFn, people: tuple[LawChild, ...]) -> LawAgency:
    """An identity source, which spells every child as she is and nearly always clears her."""
    codes = st.sampled_from(["U", "U", "U", "U", "R"])
    numbered = st.sampled_from(["nhs", "both"])
    held = [
        HeldRecord("a0", child.place, child, draw(numbered), code=draw(codes))
        for child in people
        if draw(st.sampled_from([True, True, True, False]))
    ]
    state = draw(st.sampled_from(["up"] * 9 + ["down"]))
    return LawAgency(0, "spine", by=(NHS_NUMBER, "name"), state=state, held=tuple(held))


def takes_s(place: int, state: str) -> float:
    """How long an agency takes, in seconds: no two the same."""
    return 1.0 + 0.1 * place if state == "slow" else 0.01 + 0.003 * place
