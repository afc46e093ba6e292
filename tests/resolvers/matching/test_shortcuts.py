"""What deciding skips is never seen: every shortcut finds what the long way finds."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.record import Record
from resolvers.matching.contest import differ_as_people
from resolvers.matching.details import Details, ReadOnce
from resolvers.matching.evidence import weigh
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, born, named
from tests.support.resolvers.strategies import AGENCIES, IDENTITIES, RECORDS, REFERENCES, WORLDS

World = dict[str, tuple[Record, ...]]
ANYBODY = IDENTITIES | RECORDS


def details(record: Record) -> Details:
    return Details.of_record("gp", record)


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
