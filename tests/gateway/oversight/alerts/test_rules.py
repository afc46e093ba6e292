"""What makes an access unusual, and how much; what explains it is heard first."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.oversight.alerts.observed_access import ObservedAccess, UsualAccess, at_odd_hours
from gateway.oversight.alerts.rules import ALERT_FROM, assess, break_glass, many_from
from tests.support.docs.pages import text

TUESDAY = datetime(2026, 11, 24, 11, tzinfo=UTC)
PLAIN = ObservedAccess(
    "q-1",
    7,
    TUESDAY,
    "s.worker",
    "https://a.example",
    "northbrook",
    None,
    frozenset({"c"}),
    frozenset(),
    None,
)
ACCESSES = st.builds(
    replace,
    st.just(PLAIN),
    risks=st.frozensets(st.sampled_from(AccessFlag)),
    tie=st.sampled_from([None, *WorkingRelationship]),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis adds the zone
)
USUAL = st.builds(
    UsualAccess,
    usual=st.lists(st.integers(1, 30), max_size=28).map(tuple),
    today=st.integers(1, 60),
    looks=st.integers(0, 28),
    odd=st.none() | st.floats(0, 1),
    beyond=st.none() | st.floats(0, 1),
)


def score(observed: ObservedAccess, usual: UsualAccess = UsualAccess()) -> float:  # noqa: B008  frozen
    found = assess(observed, usual)
    return found.score if found else 0.0


def seen(
    *risks: AccessFlag, tie: WorkingRelationship | None = None, at: datetime = TUESDAY
) -> ObservedAccess:
    return replace(PLAIN, risks=frozenset(risks), tie=tie, at=at)


@pytest.mark.parametrize(
    ("observed", "raised"),
    [
        (seen(), False),
        (seen(AccessFlag.SAME_ADDRESS), True),
        (seen(AccessFlag.SAME_TELEPHONE), True),
        (seen(AccessFlag.SAME_SURNAME), True),
        (seen(AccessFlag.SAME_COMMON_SURNAME), False),
        (seen(AccessFlag.SAME_COMMON_SURNAME, AccessFlag.SAME_POSTCODE), False),
        (seen(AccessFlag.SAME_SURNAME, tie=WorkingRelationship.ORGANISATION), False),
        (seen(AccessFlag.SAME_ADDRESS, tie=WorkingRelationship.TEAM), False),
        (seen(AccessFlag.STAFF_CHILD), True),
        (seen(AccessFlag.OUT_OF_AREA), False),
        (seen(AccessFlag.OUT_OF_AREA, AccessFlag.SAME_POSTCODE), True),
    ],
)
def test_one_fact_may_do_or_several_together(
    observed: ObservedAccess,
    raised: bool,  # noqa: FBT001  a column of the table
) -> None:
    assert (score(observed) >= ALERT_FROM) is raised


NIGHT = TUESDAY.replace(hour=23)
USUALLY = UsualAccess()
# By rule, an access and its user's usual ones, of which this rule alone says something.
ALONE = {
    **{
        flag.value: (seen(flag), USUALLY)
        for flag in AccessFlag
        if flag is not AccessFlag.BREAK_GLASS
    },
    "MANY_CHILDREN": (PLAIN, UsualAccess(today=many_from(()))),
    "REPEATED_LOOKS": (PLAIN, UsualAccess(looks=2)),
    "ODD_HOURS": (seen(at=NIGHT), USUALLY),
}


def test_each_rule_weighs_what_the_page_says() -> None:
    page = text("docs/audit.md").partition("| Rule (weight) |")[2].partition("\n\n")[0]
    told = {
        rule: float(weight)
        for names, weight in re.findall(r"^\| ([A-Z_, ]+) \((\d[\d.]*)", page, re.MULTILINE)
        for rule in names.split(", ")
    }
    assert told == {**{rule: score(*of) for rule, of in ALONE.items()}, "BREAK_GLASS": 1.0}


def test_two_facts_are_weighed_together_and_halved_for_a_colleague() -> None:
    both = (AccessFlag.OUT_OF_AREA, AccessFlag.SAME_POSTCODE)
    assert round(score(seen(*both)), 2) == 0.51
    urgent, usual = assess(seen(AccessFlag.SAME_ADDRESS), USUALLY), assess(seen(*both), USUALLY)
    assert urgent
    assert usual
    assert (urgent.working_days, usual.working_days) == (3, 10)
    of_organisation = WorkingRelationship.ORGANISATION
    assert score(seen(AccessFlag.SAME_ADDRESS, tie=of_organisation)) == 0.4


def test_more_children_than_usual_are_one_alert_and_another_when_doubled() -> None:
    usual = (3, 2, 4, 3)
    first = many_from(usual)
    told = [
        n for n in range(1, 40) if score(PLAIN, UsualAccess(usual=usual, today=n)) >= ALERT_FROM
    ]
    assert told == [first, 2 * first, 4 * first]
    assert many_from((20, 22, 18)) > 2 * first


def test_a_duty_team_that_usually_asks_about_many_children_raises_nothing() -> None:
    assert score(PLAIN, UsualAccess(usual=(30,) * 20, today=36)) == 0.0


def test_who_looks_again_and_again_without_working_with_the_child_scores() -> None:
    at_night = replace(PLAIN, at=TUESDAY.replace(hour=23))
    assert score(PLAIN, UsualAccess(looks=1)) == 0.0
    assert score(PLAIN, UsualAccess(looks=2)) < ALERT_FROM
    assert score(at_night, UsualAccess(looks=2)) >= ALERT_FROM
    told = [n for n in range(1, 20) if score(PLAIN, UsualAccess(looks=n)) >= ALERT_FROM]
    assert told == [4, 8, 16]


def test_who_works_at_night_is_not_odd_at_night() -> None:
    at_night = replace(PLAIN, at=TUESDAY.replace(hour=23))
    assert score(at_night, UsualAccess(odd=0.6)) < score(at_night, UsualAccess(odd=0.0)) == 0.2


@pytest.mark.parametrize(
    ("at", "odd"),
    [
        (datetime(2026, 7, 1, 6, 30, tzinfo=UTC), False),  # half past seven in summer time
        (datetime(2026, 1, 7, 6, 30, tzinfo=UTC), True),
        (datetime(2026, 1, 7, 20, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 10, 12, 0, tzinfo=UTC), True),  # a Saturday
    ],
)
def test_hours_are_those_of_england(
    at: datetime,
    odd: bool,  # noqa: FBT001  a column of the table
) -> None:
    assert at_odd_hours(at) is odd


@given(ACCESSES, USUAL)
def test_what_the_users_team_explains_is_never_raised(
    observed: ObservedAccess, usual: UsualAccess
) -> None:
    assert assess(replace(observed, tie=WorkingRelationship.TEAM), usual) is None
    assert assess(replace(observed, tie=WorkingRelationship.USER), usual) is None


@given(ACCESSES, USUAL, st.sampled_from(AccessFlag))
def test_a_flag_more_never_makes_less_of_an_access(
    observed: ObservedAccess, usual: UsualAccess, more: AccessFlag
) -> None:
    riskier = replace(observed, risks=observed.risks | {more})
    assert 0 <= score(observed, usual) <= score(riskier, usual) < 1


def test_break_glass_is_always_looked_into_within_three_working_days() -> None:
    assert break_glass().is_alert
    assert break_glass().working_days == 3
