"""What holds of every world: order, repetition and strangers change nothing, shields only grow."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import ReleaseClass
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.child.child import Restriction
from resolvers.child.stitch import Member, stitch
from resolvers.matching.details import NUMBERS, numbers
from resolvers.matching.grade import MatchGrade, Resolution
from resolvers.matching.identify import grade, resolve
from resolvers.matching.reference import Reference
from resolvers.outcome import Outcome, fold
from resolvers.release import CLASS_OF, fields_released, released
from resolvers.shield import restriction, unlocated
from tests.support.resolvers.people import STRANGER
from tests.support.resolvers.strategies import (
    AGENCIES,
    CLASSES,
    FIELDS,
    IDENTITIES,
    MEMBERS,
    RECORDS,
    REFERENCES,
    WORLDS,
)

TODAY = date(2026, 6, 1)
ODD = st.builds(
    Record,
    identifiers=st.lists(
        st.builds(Identifier, st.sampled_from(NUMBERS) | st.text(), st.text())
    ).map(tuple),
)
POPULATIONS = st.dictionaries(st.sampled_from(AGENCIES), st.sampled_from([1, 900, 60_000]))
World = dict[str, tuple[Record, ...]]


def unordered(resolution: Resolution) -> tuple[Mapping[str, object], frozenset[str]]:
    graded = {s: Counter(found) for s, found in resolution.by_source.items()}
    return graded, resolution.disputed


def firsts(names: tuple[Name, ...]) -> tuple[Name, ...]:
    return tuple(replace(name, given=name.given[:1]) for name in names)


EVERYBODY = dict.fromkeys((*AGENCIES, "pds", "care", "further"), True)


@given(REFERENCES, WORLDS, POPULATIONS)
def test_the_order_of_agencies_and_records_changes_no_grade(
    reference: Reference, world: World, populations: dict[str, int]
) -> None:
    turned = {s: tuple(reversed(world[s])) for s in reversed(world)}
    first, second = (resolve(reference, w, populations=populations) for w in (world, turned))
    assert unordered(first) == unordered(second)


@given(REFERENCES, WORLDS, st.sampled_from(AGENCIES), POPULATIONS)
def test_a_stranger_changes_nobodys_grade(
    reference: Reference, world: World, source: str, populations: dict[str, int]
) -> None:
    crowd = {**world, source: (*world.get(source, ()), STRANGER)}
    before, after = (resolve(reference, w, populations=populations) for w in (world, crowd))
    assert {s: found for s, found in after.by_source.items() if found} == {
        s: found for s, found in before.by_source.items() if found
    }
    assert after.disputed == before.disputed


@given(REFERENCES, WORLDS)
def test_nobody_is_certain_by_numbers_that_differ_from_those_asked(
    reference: Reference, world: World
) -> None:
    found = resolve(reference, world)
    for record in (r for source in world for r in found.certain(source)):
        for held in record.identifiers:
            asked = {i.value for i in reference.identifiers if i.scheme == held.scheme}
            assert not asked or held.value in asked


@given(REFERENCES, WORLDS)
def test_nobody_is_certain_on_a_number_alone(reference: Reference, world: World) -> None:
    silent = replace(reference, stated_names=(), stated_birth_date=None)
    assert not any(resolve(silent, world).certain(source) for source in world)


@given(REFERENCES, WORLDS)
def test_nobody_is_certain_without_a_number_or_something_beside_name_and_birth_date(
    reference: Reference, world: World
) -> None:
    by_name = replace(reference, identifiers=frozenset(), sex=None)
    short = replace(
        by_name, names=firsts(reference.names), stated_names=firsts(by_name.stated_names)
    )
    assert not any(resolve(short, world).certain(source) for source in world)


@given(REFERENCES, IDENTITIES)
def test_a_record_alone_is_graded_as_it_is_in_company_of_none(
    reference: Reference, record: Record
) -> None:
    alone = grade(reference, record)
    found = resolve(reference, {"gp": (record,)}).by_source["gp"]
    expected = [] if alone.grade is MatchGrade.CERTAINLY_NOT else [alone.grade]
    assert [g.grade.grade for g in found] == expected


@given(REFERENCES, WORLDS, POPULATIONS, st.frozensets(st.sampled_from(AGENCIES)))
def test_no_two_members_contradict_each_other_by_a_number_that_was_not_asked_for(
    reference: Reference, world: World, populations: dict[str, int], duplicates: frozenset[str]
) -> None:
    unnumbered = replace(reference, identifiers=frozenset())
    found = resolve(unnumbered, world, populations=populations, duplicates=duplicates)
    members = [r for source in world for r in found.certain(source)]
    for scheme in set(NUMBERS) - found.disputed:
        held = [v for r in members if (v := numbers(r.identifiers)[scheme])]
        assert all(not one.isdisjoint(other) for one in held for other in held)


@given(REFERENCES, WORLDS, POPULATIONS)
def test_by_demographics_no_agency_has_the_child_twice_unless_it_says_that_it_may(
    reference: Reference, world: World, populations: dict[str, int]
) -> None:
    found = resolve(replace(reference, identifiers=frozenset()), world, populations=populations)
    for source in world:
        members = found.certain(source)
        numbered = [r for r in members if any(numbers(r.identifiers).values())]
        unnumbered = {r for r in members if r not in numbered}
        assert len(unnumbered) <= 1 or len({r.record_id for r in members}) == 1


@given(REFERENCES, WORLDS, POPULATIONS, st.sampled_from(["XX1 2YY", "AB1 2CD"]))
def test_an_uncleared_childs_home_changes_nothing(
    reference: Reference, world: World, populations: dict[str, int], home: str
) -> None:
    uncleared = replace(reference, postcodes=None)
    moved = {
        s: tuple(replace(r, addresses=(Address(postcode=home),)) for r in rs)
        for s, rs in world.items()
    }
    here, there = (resolve(uncleared, w, populations=populations) for w in (world, moved))
    for source in world:
        told = [[g.grade for g in r.by_source[source]] for r in (here, there)]
        assert told[0] == told[1]


@given(REFERENCES, ODD)
def test_odd_identifiers_never_raise(reference: Reference, record: Record) -> None:
    assert grade(reference, record).grade in MatchGrade


@given(REFERENCES, WORLDS, WORLDS)
def test_further_records_never_lift_a_restriction(
    reference: Reference, world: World, further: World
) -> None:
    more = {s: (*world.get(s, ()), *further.get(s, ())) for s in world | further}
    before, after = resolve(reference, world), resolve(reference, more)
    if restriction(before, {"pds": False}, EVERYBODY) is Restriction.RESTRICTED:
        assert restriction(after, {"pds": False}, EVERYBODY) is Restriction.RESTRICTED


@given(REFERENCES, WORLDS, IDENTITIES)
def test_an_agency_that_is_no_authority_clears_nobody(
    reference: Reference, world: World, record: Record
) -> None:
    found = resolve(reference, world)
    further = resolve(reference, {"further": (record,)}).by_source
    authorities = {"pds": False, "care": True}
    more = Resolution({**found.by_source, **further}, restricted=found.restricted)
    if restriction(more, authorities, EVERYBODY) is Restriction.NONE_KNOWN:
        assert restriction(found, authorities, EVERYBODY) is Restriction.NONE_KNOWN


@given(RECORDS)
def test_what_is_unlocated_stays_so(record: Record) -> None:
    told = unlocated(record)
    assert unlocated(told) == told
    assert fields_released(told) <= {
        "identifiers",
        "names",
        "birth_date",
        "sex",
        "carers",
        "support_statuses",
    }


@given(RECORDS, CLASSES, FIELDS)
def test_what_is_released_is_permitted_and_wanted(
    record: Record, classes: frozenset[ReleaseClass], fields: frozenset[str]
) -> None:
    told = released(record, classes, fields)
    named = fields_released(told) - {"contacts"}
    assert named <= fields & fields_released(record)
    assert {CLASS_OF[field] for field in named} <= classes
    assert released(told, classes, fields) == told
    assert (told.record_id, told.restricted, told.defects) == (None, None, ())


@given(RECORDS, CLASSES, CLASSES, FIELDS)
def test_fewer_classes_never_release_more(
    record: Record,
    some: frozenset[ReleaseClass],
    others: frozenset[ReleaseClass],
    fields: frozenset[str],
) -> None:
    few, many = released(record, some & others, fields), released(record, some, fields)
    assert fields_released(few) <= fields_released(many)
    assert released(many, some & others, fields) == few


@given(MEMBERS, st.randoms(use_true_random=False))
def test_a_child_is_the_same_in_whatever_order_and_however_often_told(
    members: list[Member], chance: Random
) -> None:
    again = [*members, *members]
    chance.shuffle(again)
    assert stitch("c", again, TODAY) == stitch("c", members, TODAY)


@given(MEMBERS)
def test_every_fact_has_a_source_and_none_is_a_strangers(members: list[Member]) -> None:
    child = stitch("c", members, TODAY)
    lists = (child.names, child.addresses, child.carers, child.involvements, child.chronology)
    told = [source.agency for facts in lists for fact in facts for source in fact.sources]
    assert set(told) <= {m.agency for m in members}
    assert all(fact.sources for facts in lists for fact in facts)
    ids = [fact.value.id for fact in child.involvements]
    assert len(set(ids)) == len(ids)


@given(st.lists(st.sampled_from(Outcome), min_size=1), st.sampled_from(Outcome))
def test_an_agencys_outcome_is_one_of_its_sources_in_any_order(
    outcomes: list[Outcome], another: Outcome
) -> None:
    assert fold(outcomes) in outcomes
    assert fold(outcomes) is fold([*reversed(outcomes), *outcomes])
    assert fold([fold(outcomes), another]) is fold([*outcomes, another])
