"""What organisations let families see is read whole, or the operator is told what to change."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.codes import Purpose
from gateway.disclosure import Disclosures
from gateway.operator_file import Disclosure

AT = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
RULES = st.lists(
    st.one_of(
        st.just({"show": "now"}),
        st.just({"show": "never", "basis": "a law"}),
        st.builds(lambda days: {"show": "after", "days": days}, st.integers(1, 400)),
        st.builds(lambda on: {"show": "after", "on": on}, st.dates(date(2026, 1, 1))),
        st.sampled_from(["trial", "inquest"]).map(lambda e: {"show": "after", "event": e}),
    ),
    max_size=4,
)


def rules(found: list[dict[str, Any]]) -> tuple[Disclosure, ...]:
    return tuple(Disclosure(organisation="northbrook", **each) for each in found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"show": "now"},
        {"organisation": "a", "agency": "b", "show": "now"},
        {"organisation": "a", "show": "never"},
        {"organisation": "a", "show": "now", "basis": "a law"},
        {"organisation": "a", "show": "after"},
        {"organisation": "a", "show": "now", "days": 3},
        {"organisation": "a", "show": "after", "days": 3, "event": "trial"},
        {"organisation": "a", "show": "sometimes"},
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Disclosure(**wrong)


@given(RULES)
def test_a_rule_more_never_shows_more_and_their_order_never_matters(
    found: list[dict[str, Any]],
) -> None:
    def shown(some: tuple[Disclosure, ...]) -> date | None:
        held = Disclosures(some, {"trial": date(2027, 1, 10)})
        return held.shows_asker("northbrook", Purpose.SAFEGUARDING, AT)

    every = rules(found)
    assert len({shown(order) for order in permutations(every)}) == 1
    day = shown(every)
    assert day is None or day > AT.date()
    for count in range(1, len(every)):
        fewer = shown(every[:count])
        assert day is None or (fewer is not None and fewer <= day)


def test_an_event_that_has_not_been_holds_back() -> None:
    waits = rules([{"show": "after", "event": "trial"}])
    assert Disclosures(waits, {}).shows_asker("northbrook", Purpose.EARLY_HELP, AT) is None


def test_an_agencys_rule_says_nothing_of_questions_without_an_organisation() -> None:
    held = Disclosures((Disclosure(agency="school", show="now"),), {})
    assert held.shows_asker(None, Purpose.EARLY_HELP, AT) is None
    tomorrow = (AT + timedelta(days=1)).date()
    assert held.shows_asked("school", Purpose.EARLY_HELP, AT) == tomorrow
