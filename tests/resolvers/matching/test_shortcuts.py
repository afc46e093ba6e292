"""What deciding skips is never seen: every shortcut finds what the long way finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.frozen import replace
from adapters.contract.record import Record
from resolvers.matching import lessons
from resolvers.matching.contest import differ_as_people
from resolvers.matching.details import NUMBERS, Details, ReadOnce
from resolvers.matching.evidence import weigh
from resolvers.matching.grading import KnownOfChild
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, born, named
from tests.support.resolvers.strategies import AGENCIES, IDENTITIES, RECORDS, REFERENCES, WORLDS

World = dict[str, tuple[Record, ...]]
ANYBODY = IDENTITIES | RECORDS


def details(record: Record) -> Details:
    return Details.of_record("gp", record)


def as_stated(reference: Reference) -> Reference:
    """The same with nothing added to what the caller stated."""
    born = reference.stated_birth_date
    dates = frozenset({born} if born else ())
    return replace(reference, names=reference.stated_names, birth_dates=dates)


@given(st.tuples(ANYBODY, ANYBODY) | ANYBODY.map(lambda record: (record, record)))
def test_records_that_say_alike_whom_they_are_about_are_held_against_each_other_no_more(
    two: tuple[Record, Record],
) -> None:
    one, other = map(details, two)
    long_way = weigh(one, other).contradicted or weigh(other, one).contradicted
    assert differ_as_people(one, other) is long_way


def test_a_day_apart_is_never_alike() -> None:
    assert differ_as_people(details(AMARA), details(born(AMARA, "2012-11-27")))
    assert differ_as_people(details(AMARA), details(named(AMARA, "Chidi")))


@given(REFERENCES, WORLDS, WORLDS, st.frozensets(st.sampled_from(AGENCIES)))
def test_details_that_were_read_before_find_the_same_however_the_world_grows(
    reference: Reference, first: World, second: World, duplicates: frozenset[str]
) -> None:
    read = ReadOnce()
    for world in (first, {**first, **second}, second):
        again = resolve(reference, world, duplicates=duplicates)
        assert resolve(reference, world, duplicates=duplicates, read=read) == again


def test_one_record_of_two_sources_is_read_as_of_each() -> None:
    read = ReadOnce()
    assert read("gp", AMARA).records != read("police", AMARA).records


@given(
    REFERENCES, st.lists(ANYBODY, min_size=1, max_size=3), st.frozensets(st.sampled_from(NUMBERS))
)
def test_records_that_say_nothing_new_teach_what_they_would_the_long_way(
    reference: Reference, records: list[Record], contested: frozenset[str]
) -> None:
    asked, members = KnownOfChild.of(reference), [*map(details, records)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lessons, "_taught_already", lambda *_: False)
        long_way = lessons.taught(asked, members, contested)
    assert lessons.taught(asked, members, contested) == long_way


@given(REFERENCES | REFERENCES.map(as_stated))
def test_what_was_stated_alone_is_read_once_for_both(reference: Reference) -> None:
    read = ReadOnce()
    assert read.known(reference) == Details.of_reference(reference)
    assert read.stated(reference) == Details.of_stated(reference)
