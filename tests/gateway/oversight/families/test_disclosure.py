"""What organisations let families see is read whole, or the operator is told what to change."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.contract.codes import Purpose
from gateway.config.operator_file import Disclosure, DisclosureEvent
from gateway.oversight.families.disclosure import Disclosures, Whom

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
        held = Disclosures(some, (DisclosureEvent(name="trial", on=date(2027, 1, 10)),))
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
    assert Disclosures(waits).shows_asker("northbrook", Purpose.EARLY_HELP, AT) is None


ANNA, OMAR = f"e1:{'a' * 64}", f"e1:{'b' * 64}"
GONE = f"e0:{'a' * 64}"
TRIAL = date(2027, 1, 10)


def shown_to(
    whom: Whom, rules: list[dict[str, Any]], events: list[dict[str, Any]] | None = None
) -> date | None:
    """From which day this person sees that Northbrook asked."""
    made = tuple(Disclosure(organisation="northbrook", **each) for each in rules)
    been = tuple(DisclosureEvent(name="trial", **each) for each in events or [])
    return Disclosures(made, been).about(whom).shows_asker("northbrook", Purpose.SAFEGUARDING, AT)


def test_a_rule_about_one_child_holds_back_that_childs_accesses_alone() -> None:
    held: list[dict[str, Any]] = [
        {"show": "now"},
        {"show": "after", "event": "trial", "about": [ANNA]},
    ]
    assert shown_to(Whom(frozenset({ANNA})), held) is None
    assert shown_to(Whom(frozenset({ANNA})), held, [{"on": TRIAL}]) == TRIAL
    assert shown_to(Whom(frozenset({OMAR})), held) == (AT + timedelta(days=2)).date()


def test_an_event_of_one_child_opens_nothing_of_another() -> None:
    waits = [{"show": "after", "event": "trial"}]
    been = [{"on": TRIAL, "about": [ANNA]}]
    assert shown_to(Whom(frozenset({ANNA})), waits, been) == TRIAL
    assert shown_to(Whom(frozenset({OMAR})), waits, been) is None
    assert shown_to(Whom(frozenset({OMAR}), frozenset({ANNA})), waits, been) is None


@pytest.mark.parametrize("show", [{"show": "now"}, {"show": "after", "days": 9}])
def test_a_rule_that_only_may_be_about_somebody_shows_nothing(show: dict[str, Any]) -> None:
    about_anna = [{"show": "now"}, {**show, "about": [ANNA]}]
    assert shown_to(Whom(frozenset({OMAR}), frozenset({ANNA})), about_anna) is None
    nobody_can_tell = [{"show": "now"}, {**show, "about": [GONE]}]
    assert shown_to(Whom(frozenset({OMAR})), nobody_can_tell) is None
    assert shown_to(Whom(frozenset()), about_anna) is None


def test_a_child_is_known_by_a_pseudonym_of_any_epoch_that_is_left() -> None:
    of_two = Whom(frozenset({f"e2:{'c' * 64}", ANNA}))
    assert shown_to(of_two, [{"show": "now", "about": [ANNA]}]) is not None
    assert shown_to(of_two, [{"show": "never", "basis": "a law", "about": [ANNA]}]) is None


@given(RULES, st.sets(st.sampled_from([ANNA, OMAR]), min_size=1))
def test_a_rule_about_somebody_never_shows_others_more(
    found: list[dict[str, Any]], children: set[str]
) -> None:
    about = [{**each, "about": sorted(children)} for each in found]
    everybodys = [{"show": "after", "on": date(2026, 6, 1)}]
    whom = Whom(frozenset({OMAR}))
    day, alone = shown_to(whom, everybodys + about), shown_to(whom, everybodys)
    assert alone is not None
    assert day is None or day >= alone
    assert OMAR in children or day == alone


@pytest.mark.parametrize("about", [[], ["9434765919"], ["e1:aa"], [f"E1:{'a' * 64}"]])
def test_what_is_no_pseudonym_names_no_child(about: list[str]) -> None:
    with pytest.raises(ValidationError):
        Disclosure(organisation="northbrook", show="now", about=frozenset(about))
    with pytest.raises(ValidationError):
        DisclosureEvent(name="trial", on=TRIAL, about=frozenset(about))


def test_an_agencys_rule_says_nothing_of_questions_without_an_organisation() -> None:
    held = Disclosures((Disclosure(agency="school", show="now"),))
    assert held.shows_asker(None, Purpose.EARLY_HELP, AT) is None
    after_tomorrow = (AT + timedelta(days=2)).date()
    assert held.shows_asked("school", Purpose.EARLY_HELP, AT) == after_tomorrow
