"""What is certain by name, birth date and sex alone waits for one more detail."""

from dataclasses import replace

from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Identifier
from resolvers.exchange import not_told, untied
from resolvers.matching.details import ReadOnce
from resolvers.matching.reference import Reference
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


def test_where_nobody_is_certain_nothing_waits() -> None:
    assert not untied(NAMED, [], ReadOnce())


def test_what_was_told_is_not_asked_for_again() -> None:
    assert "nhs_number" in not_told(NAMED)
    number = Identifier(NHS_NUMBER, "9990000018")
    assert "nhs_number" not in not_told(replace(NAMED, identifiers=frozenset({number})))
