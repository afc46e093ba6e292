"""Facts that nothing else orders stand in the order of their text, whoever says them first."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.dates import PartialDate
from adapters.contract.record import Address, Involvement, Practitioner
from resolvers.child.child import Provenance
from resolvers.child.facts import facts

WRITTEN = ("Jo", "Jo II", "Jo's", 'Jo "J"', "jo", "", " ", "Jo\\n", "\u00c9va")
SAID = st.none() | st.sampled_from(WRITTEN)
DAYS = st.none() | st.builds(
    PartialDate, st.sampled_from((2015, 2016)), st.sampled_from((0, 1, 11)), st.sampled_from((0, 9))
)
INVOLVEMENTS = st.builds(
    Involvement,
    service=SAID,
    practitioner=st.none() | st.builds(Practitioner, name=SAID, email=SAID),
    team=SAID,
    lead_practitioner=st.none() | st.booleans(),
    start=DAYS,
)
ADDRESSES = st.builds(
    Address, lines=st.lists(st.sampled_from(("1", "1a", "Row, 2")), max_size=3).map(tuple)
)
WORDS = st.sampled_from(("Jo", "Jo II", "Jo's", "jo"))


@given(st.lists(INVOLVEMENTS | ADDRESSES, max_size=8) | st.lists(WORDS, max_size=5))
def test_facts_stand_in_the_order_of_their_text(values: list[object]) -> None:
    kind = type(values[0]) if values else str
    alike = [value for value in values if type(value) is kind]
    found = facts([(value, Provenance("gp")) for value in alike])
    told = [fact.value for fact in found]
    assert told == sorted(told, key=repr)
    assert set(told) == set(alike)
