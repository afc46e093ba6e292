"""The same answers are worked out once in a question, and no other answers are taken for them."""

from dataclasses import replace

from adapters.contract.contract import Question, Records, Reply
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Identifier, Name
from gateway.fanout.source_answer import SourceAnswer
from gateway.questions.resolver import Resolver
from resolvers.matching.reference import Reference
from tests.support.agencies import AUTHORITY, MIRA
from tests.support.plain_sources import file_of, record, registered


async def nobody_asks(_: Question) -> Reply:
    raise AssertionError


SOURCES = {
    name: registered(file_of(name, claims=AUTHORITY), nobody_asks) for name in ("spine", "council")
}
HERS = SourceAnswer("spine", Records((record(),)))
COUNCILS = SourceAnswer("council", Records((record(),)))
MIRA_ASHDOWN = Reference(
    identifiers=frozenset({Identifier(NHS_NUMBER, MIRA["nhs"])}),
    names=(Name((MIRA["given"],), MIRA["family"]),),
    stated_names=(Name((MIRA["given"],), MIRA["family"]),),
)


def test_the_same_answers_are_worked_out_once_in_whatever_order_they_are_given() -> None:
    resolver = Resolver(SOURCES)
    first = resolver.of(MIRA_ASHDOWN, (HERS, COUNCILS))
    assert resolver.of(MIRA_ASHDOWN, (COUNCILS, HERS)) is first


def test_an_answer_of_another_call_is_worked_out_anew() -> None:
    resolver = Resolver(SOURCES)
    assert resolver.of(MIRA_ASHDOWN, (HERS,)).certain("spine")
    somebody = replace(record(), identifiers=(), names=(Name(("Zoltan",), "Quill"),))
    assert not resolver.of(MIRA_ASHDOWN, (replace(HERS, reply=Records((somebody,))),)).certain(
        "spine"
    )


def test_what_is_known_of_somebody_else_is_worked_out_anew() -> None:
    resolver = Resolver(SOURCES)
    assert resolver.of(MIRA_ASHDOWN, (HERS,)).certain("spine")
    assert not resolver.of(Reference(), (HERS,)).certain("spine")
