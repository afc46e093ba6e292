"""What makes an access unusual, and how much; what explains it is heard first."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.oversight.alerts.observed_access import ObservedAccess, UsualAccess, at_odd_hours
from gateway.oversight.alerts.rules import ALERT_FROM, assess, break_glass, many_from

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
