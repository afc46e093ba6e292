"""Whatever an answer about several children says, nobody is told another's, nor wrongly absent."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.contract import NoRecord, Records, settled
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Identifier, Record
from adapters.mapping.batch_results import BatchAnswer, BatchRecord, in_their_places, told_apart
from adapters.mapping.mapping import Unusable
from tests.support.adapters.batches import ANN, BEA, CAT, about

NUMBERS: Final = st.sampled_from([ANN, BEA, CAT, "9990000042"])
MOST: Final = 3


def record(number: str) -> Record:
    return Record(identifiers=(Identifier(NHS_NUMBER, number),))


def said(number: str | None, *, usable: bool) -> BatchRecord:
    numbers = frozenset() if number is None else frozenset({number})
    return BatchRecord(numbers, record(number) if number and usable else Unusable("record"))


SAID: Final = st.builds(said, st.none() | NUMBERS, usable=st.booleans())


@given(
    asked=st.lists(NUMBERS, min_size=1, max_size=4),
    documents=st.lists(SAID, max_size=6),
    cut=st.booleans(),
    ended=st.booleans(),
)
def test_a_list_gives_each_child_their_own_and_absence_only_where_it_is_certain(
    *, asked: list[str], documents: list[BatchRecord], cut: bool, ended: bool
) -> None:
    replies = told_apart(about(*asked), BatchAnswer(tuple(documents), cut=cut, ended=ended), MOST)
    strange = any(one.numbers.isdisjoint(asked) for one in documents)
    assert len(replies) == len(asked)
    for number, reply in zip(asked, replies, strict=True):
        named = [one for one in documents if number in one.numbers]
        assert isinstance(reply, NoRecord) == (not named and not cut and not strange)
        if isinstance(reply, NoRecord):
            assert reply.whole == settled(reply) == ended
        if isinstance(reply, Records):
            assert reply.whole == settled(reply) == (not cut)
            assert reply.records == tuple(one.record for one in named)


@given(st.lists(st.tuples(NUMBERS, st.none() | NUMBERS), min_size=1, max_size=5))
def test_places_are_believed_only_while_every_one_fits(
    placed: list[tuple[str, str | None]],
) -> None:
    parts = [NoRecord() if who is None else Records((record(who),)) for _, who in placed]
    replies = in_their_places(about(*(number for number, _ in placed)), parts)
    astray = any(who not in (None, number) for number, who in placed)
    for (number, who), reply in zip(placed, replies, strict=True):
        assert isinstance(reply, Records) == (who == number)
        assert isinstance(reply, NoRecord) == (who is None and not astray)
