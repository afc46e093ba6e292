"""What is certain by name, birth date and sex alone waits for one more detail."""

from dataclasses import replace

from adapters.contract.codes import Sex
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Address, Identifier, Name
from resolvers.exchange import read_it_again, tell_one_more, untied
from resolvers.matching.details import ReadOnce
from resolvers.matching.reference import Reference, Surroundings
from tests.support.resolvers.people import AMARA

NAMED = Reference(
    names=AMARA.names[:1],
    stated_names=AMARA.names[:1],
    birth_dates=frozenset({AMARA.birth_date} if AMARA.birth_date else ()),
    stated_birth_date=AMARA.birth_date,
)
BARE = replace(AMARA, names=(replace(AMARA.names[0], given=AMARA.names[0].given[:1]),))


def test_a_number_that_was_told_ties_its_record() -> None:
    number = AMARA.identifier(NHS_NUMBER)
    assert number is not None
    told = replace(NAMED, identifiers=frozenset({Identifier(NHS_NUMBER, number)}))
    assert not untied(told, [("gp", BARE)], ReadOnce())


def test_a_name_and_a_birth_date_tie_nothing() -> None:
    assert untied(NAMED, [("gp", BARE)], ReadOnce())


def test_one_record_that_is_tied_is_enough() -> None:
    number = AMARA.identifier(NHS_NUMBER)
    assert number is not None
    told = replace(NAMED, identifiers=frozenset({Identifier(NHS_NUMBER, number)}))
    assert not untied(told, [("police", replace(BARE, identifiers=())), ("gp", BARE)], ReadOnce())


def test_files_of_another_home_that_no_number_links_to_a_tied_one_wait() -> None:
    told = replace(NAMED, stated_postcodes=frozenset({"XX1 2YY"})).located()
    here = replace(BARE, identifiers=(), addresses=(Address(postcode="XX1 2YY"),))
    there = replace(BARE, addresses=(Address(postcode="AB1 2CD"),))
    linked = replace(here, identifiers=BARE.identifiers)
    assert untied(told, [("hospital", here), ("care", there)], ReadOnce())
    assert not untied(told, [("hospital", linked), ("care", there)], ReadOnce())
    assert not untied(told, [("hospital", here), ("care", BARE)], ReadOnce())


def test_a_further_name_ties_no_file_of_another_home_beside_one_at_the_told_home() -> None:
    """A namesake of her birthday may have the same: many families give each child the father's."""
    rose = (replace(BARE.names[0], given=(*BARE.names[0].given, "Rose")),)
    told = replace(NAMED, names=rose, stated_names=rose)
    told = replace(told, stated_postcodes=frozenset({"XX1 2YY"})).located()
    here = replace(BARE, identifiers=(), addresses=(Address(postcode="XX1 2YY"),), names=rose)
    there = replace(BARE, addresses=(Address(postcode="AB1 2CD"),), names=rose)
    assert untied(told, [("school", here), ("pds", there)], ReadOnce())
    linked = replace(here, identifiers=there.identifiers)
    assert not untied(told, [("school", linked), ("pds", there)], ReadOnce())
    assert not untied(told, [("pds", there)], ReadOnce())


def test_the_next_street_ties_no_record_and_is_no_other_home() -> None:
    told = replace(NAMED, stated_postcodes=frozenset({"XX1 2YY"})).located()
    next_street = replace(BARE, addresses=(Address(postcode="XX1 2YZ"),))
    here = replace(BARE, identifiers=(), addresses=(Address(postcode="XX1 2YY"),))
    assert untied(told, [("pds", next_street)], ReadOnce())
    assert not untied(told, [("school", here), ("pds", next_street)], ReadOnce())


def test_a_home_is_read_again_by_whoever_told_one() -> None:
    homed = replace(NAMED, stated_postcodes=frozenset({"XX1 2YY"}))
    assert "postcode" in read_it_again(homed).details
    assert "postcode" not in read_it_again(NAMED).details


def test_a_name_in_another_form_is_looked_for_when_the_caller_reads_again() -> None:
    other = Name(("Ada",), "Poon")
    assert "other_names" in read_it_again(NAMED).details
    told = replace(NAMED, stated_names=(*NAMED.stated_names, other))
    assert "other_names" not in read_it_again(told).details


def test_where_nobody_is_certain_nothing_waits() -> None:
    assert not untied(NAMED, [], ReadOnce())


def test_what_was_told_is_not_asked_for_again() -> None:
    assert "nhs_number" in tell_one_more(NAMED).details
    number = Identifier(NHS_NUMBER, "9990000018")
    told = replace(NAMED, identifiers=frozenset({number}))
    assert "nhs_number" not in tell_one_more(told).details


def test_the_details_that_help_most_come_first() -> None:
    first_name = replace(NAMED, stated_names=BARE.names)
    assert tell_one_more(first_name).details[:4] == (
        *("nhs_number", "upn", "given_name", "postcode"),
    )


def test_a_caller_who_told_a_home_is_asked_for_the_one_before() -> None:
    homed = replace(NAMED, stated_postcodes=frozenset({"XX1 2YY"}))
    assert "former_postcodes" in tell_one_more(homed).details
    both = replace(NAMED, stated_postcodes=frozenset({"XX1 2YY", "XX1 3YY"}))
    assert "former_postcodes" not in tell_one_more(both).details


def test_whether_a_home_was_told_changes_nothing_else_of_what_is_asked_for() -> None:
    homed = replace(NAMED, stated_postcodes=frozenset({"XX1 2YY"}))
    without = [each for each in tell_one_more(NAMED).details if each != "postcode"]
    assert [*tell_one_more(homed).details] == without


def test_the_sex_is_read_again_by_whoever_told_one() -> None:
    assert "sex" not in read_it_again(NAMED).details
    assert "sex" in read_it_again(replace(NAMED, sex=Sex.FEMALE)).details


def test_of_what_is_around_a_child_the_practice_comes_first() -> None:
    details = tell_one_more(NAMED).details
    assert details.index("sex") < details.index("gp_practice") < details.index("carers")
    assert "sex" not in tell_one_more(replace(NAMED, sex=Sex.FEMALE)).details
    told = replace(NAMED, stated_surroundings=Surroundings(gp_practices=("Q00001",)))
    assert "gp_practice" not in tell_one_more(told).details
