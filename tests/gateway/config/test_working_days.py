"""A term of working days ends when that many days have passed on which somebody could work."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entry.flags import AccessFlag
from gateway.audit.entry.logged import Logged
from gateway.config.operator_file import parse_operator_file
from gateway.config.working_days import LOCAL, WorkingDays
from gateway.model.errors import ConfigurationInvalid
from gateway.oversight.alerts.store import AlertStore
from tests.support.gateway.alert_store import question

OPERATOR: Final = """
log_origin = "teamaround.example/test"
{closed}
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[[area]]
code = "E09990001"
name = "Northbrook"
"""


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-26T09:00", 3, "2026-12-01T09:00"),  # over a weekend
        ("2026-12-24T16:00", 3, "2026-12-31T16:00"),  # Christmas, and Boxing Day on the Monday
        ("2027-12-24T16:00", 1, "2027-12-29T16:00"),  # both stood in for
        ("2026-04-02T12:00", 1, "2026-04-07T12:00"),  # Good Friday to Easter Monday
        ("2026-08-28T12:00", 1, "2026-09-01T12:00"),  # the late summer holiday
        ("2022-09-16T12:00", 1, "2022-09-20T12:00"),  # a day proclaimed once
        ("2027-01-01T00:30", 1, "2027-01-04T00:30"),
    ],
)
def test_neither_weekends_nor_bank_holidays_count(start: str, days: int, end: str) -> None:
    admitted = datetime.fromisoformat(start).replace(tzinfo=LOCAL)
    ends = datetime.fromisoformat(end).replace(tzinfo=LOCAL)
    assert WorkingDays().after(admitted, days) == ends


def test_no_holiday_of_northern_ireland_or_scotland_counts() -> None:
    before = datetime(2026, 3, 16, 12, tzinfo=UTC)
    assert WorkingDays().after(before, 1) == datetime(2026, 3, 17, 12, tzinfo=UTC)
    assert WorkingDays().after(datetime(2025, 12, 31, 12, tzinfo=UTC), 1).day == 2


def test_a_day_is_englands_not_utcs() -> None:
    sunday_in_utc = datetime(2026, 6, 7, 23, 30, tzinfo=UTC)  # Monday in summer time
    assert WorkingDays().after(sunday_in_utc, 1) == datetime(2026, 6, 8, 23, 30, tzinfo=UTC)


def test_a_term_over_the_change_of_the_clocks_ends_at_the_same_hour() -> None:
    friday = datetime(2026, 10, 23, 8, tzinfo=UTC)  # nine o'clock
    assert WorkingDays().after(friday, 1) == datetime(2026, 10, 26, 9, tzinfo=UTC)


def test_a_day_that_the_operator_closes_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "operator.toml"
    text = OPERATOR.format(closed="closed_days = [2026-12-29, 2026-12-30]")
    operator = parse_operator_file(text, file)
    days = WorkingDays(lambda: operator.closed_days)
    assert days.after(datetime(2026, 12, 24, 9, tzinfo=UTC), 1).date() == date(2026, 12, 31)


@pytest.mark.parametrize("closed", ['closed_days = ["soon"]', "closed_days = 2026-12-29"])
def test_closed_days_that_are_none_are_refused(tmp_path: Path, closed: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="closed_days"):
        parse_operator_file(OPERATOR.format(closed=closed), tmp_path / "operator.toml")


def test_an_alert_is_due_after_the_holidays(tmp_path: Path) -> None:
    store = AlertStore(tmp_path / "alerts.sqlite")
    asked = question(
        "q1", 1, datetime(2026, 12, 24, 12, tzinfo=UTC), risks=(AccessFlag.SAME_ADDRESS,)
    )
    store.take([Logged(i, entry.leaf()) for i, entry in enumerate(asked)])
    (alert,) = store.page(reviewed=None, after=None, count=9)
    assert alert.due_by.date() == date(2026, 12, 31)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds the zone
    st.integers(0, 30),
)
def test_a_longer_term_never_ends_sooner_and_always_on_a_working_day(
    start: datetime, days: int
) -> None:
    end, later = WorkingDays().after(start, days), WorkingDays().after(start, days + 1)
    assert end + timedelta(hours=22) < later
    assert later.astimezone(LOCAL).weekday() < 5
    assert end >= start + timedelta(days=days) - timedelta(hours=1)


def test_whoever_asks_at_once_is_told_alike() -> None:
    start = datetime(2041, 12, 23, 12, tzinfo=UTC)
    with ThreadPoolExecutor(8) as pool:
        ends = {*pool.map(lambda _: WorkingDays().after(start, 5), range(64))}
    assert len(ends) == 1
