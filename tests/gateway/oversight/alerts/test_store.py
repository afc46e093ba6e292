"""Alerts follow from the log alone: found, taken back, reviewed, and found again alike."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.errors import LogUnavailable
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.store.pace import Pace
from gateway.oversight.alerts.alert import Alert
from gateway.oversight.alerts.store import AlertStore
from tests.support.gateway.alert_store import NOON, child, question


@pytest.fixture
def store(tmp_path: Path) -> AlertStore:
    return AlertStore(tmp_path / "alerts.sqlite")


def indexed(store: AlertStore, entries: Iterable[Entry], first: int = 0) -> None:
    store.take([Logged(i, entry.leaf()) for i, entry in enumerate(entries, first)])


def alerts(store: AlertStore) -> list[Alert]:
    return list(store.page(reviewed=None, after=None, count=100))


def test_an_access_to_a_child_of_the_users_own_address_is_raised(store: AlertStore) -> None:
    indexed(store, [*question("q1"), *question("q2", 2, risks=(AccessFlag.SAME_ADDRESS,))])
    (alert,) = alerts(store)
    assert (alert.id, alert.rule, alert.entries) == ("q2", "SAME_ADDRESS", (2,))
    assert (alert.user, alert.manager, alert.verdict) == ("s.worker", "m.anager", None)
    assert alert.due_by == datetime(2026, 11, 27, 12, 0, 1, tzinfo=UTC)


def test_what_the_rest_of_the_answer_explains_is_taken_back(store: AlertStore) -> None:
    intent, release = question("q1", risks=(AccessFlag.SAME_ADDRESS,))
    indexed(store, [intent, release])
    assert len(alerts(store)) == 1
    indexed(store, [replace(release, tie=WorkingRelationship.TEAM)], first=2)
    assert alerts(store) == []


def test_the_most_unusual_comes_first_and_pages_follow_each_other(store: AlertStore) -> None:
    rules = [
        (AccessFlag.SAME_SURNAME,),
        (AccessFlag.SAME_ADDRESS,),
        (AccessFlag.STAFF_CHILD,),
        (AccessFlag.SAME_SURNAME,),
    ]
    asked = [
        entry
        for n, risks in enumerate(rules)
        for entry in question(f"q{n}", n, NOON + timedelta(minutes=n), risks=risks)
    ]
    indexed(store, asked)
    whole = alerts(store)
    paged: list[Alert] = []
    while page := store.page(reviewed=None, after=paged[-1].rank if paged else None, count=1):
        paged += page
    assert [alert.id for alert in whole] == ["q1", "q2", "q3", "q0"]
    assert paged == whole


def test_a_review_closes_the_alert_and_keeps_its_verdict(store: AlertStore) -> None:
    indexed(store, question("q1", risks=(AccessFlag.SAME_ADDRESS,)))
    review = Entry(kind=AuditKind.REVIEW, at=NOON, query_id="q1", user="r", detail="MISUSE")
    indexed(store, [review], first=2)
    (alert,) = alerts(store)
    assert alert.verdict == "MISUSE"
    assert store.page(reviewed=False, after=None, count=9) == ()
    assert store.waiting(alert.anchor) is None


def test_of_two_reviews_at_the_same_moment_the_first_stays(store: AlertStore) -> None:
    indexed(store, question("q1", risks=(AccessFlag.SAME_ADDRESS,)))
    first = Entry(kind=AuditKind.REVIEW, at=NOON, query_id="q1", user="r", detail="MISUSE")
    indexed(store, [first, replace(first, user="o", detail="EXPLAINED")], first=2)
    assert [each.verdict for each in alerts(store)] == ["MISUSE"]


def test_a_day_of_many_children_shows_the_questions_of_that_day(store: AlertStore) -> None:
    days = [
        entry
        for day in range(1, 8)
        for n in range(2)
        for entry in question(f"d{day}-{n}", 100 + 2 * day + n, NOON - timedelta(days=day))
    ]
    today = [entry for n in range(8) for entry in question(f"t{n}", n, NOON + timedelta(minutes=n))]
    indexed(store, [*days, *today])
    (alert,) = alerts(store)
    assert alert.rule == "MANY_CHILDREN"
    assert len(alert.entries) == 7
    assert alert.id == "t6"


def test_two_issuers_users_of_one_name_have_each_their_own_day(store: AlertStore) -> None:
    issuers = ("https://council.example", "https://hospital.example")
    today = [
        replace(entry, issuer=issuers[n % 2])
        for n in range(8)
        for entry in question(f"t{n}", n, NOON + timedelta(minutes=n))
    ]
    indexed(store, today)
    assert alerts(store) == []


def test_one_child_asked_for_in_several_ways_is_one_child(store: AlertStore) -> None:
    ways = [
        entry
        for n in range(12)
        for entry in question(
            f"q{n}",
            n,
            NOON + timedelta(minutes=n),
            child_pseudonyms=(child(n), child(1, "b")),
        )
    ]
    indexed(store, ways)
    assert alerts(store) == []


def test_looks_on_many_days_without_working_with_the_child_are_raised(store: AlertStore) -> None:
    looks = [
        entry
        for day in range(6)
        for entry in question(f"q{day}", 1, NOON + timedelta(days=20 * day))
    ]
    indexed(store, looks)
    assert alerts(store) == []
    daily = [
        entry for day in range(6) for entry in question(f"r{day}", 2, NOON + timedelta(days=day))
    ]
    indexed(store, daily, first=len(looks))
    assert {alert.rule for alert in alerts(store)} == {"REPEATED_LOOKS"}


@pytest.mark.parametrize(("epoch", "found"), [("e1", ["REPEATED_LOOKS"]), ("e2", [])])
def test_looks_under_a_new_epoch_are_counted_again_from_nothing(
    store: AlertStore, epoch: str, found: list[str]
) -> None:
    before, after = (Pseudonym(str(child(1)).replace("e1", each)) for each in ("e1", epoch))
    looks = [
        replace(entry, child_pseudonyms=(before if day < 3 else after,))
        for day in (0, 1, 2, 3, 6)
        for entry in question(f"q{day}", at=NOON + timedelta(days=day))
    ]
    indexed(store, looks)
    assert [alert.rule for alert in alerts(store)] == found


@pytest.mark.parametrize(("epoch", "found"), [("e1", set()), ("e2", {"MANY_CHILDREN"})])
def test_a_child_asked_about_before_and_after_a_change_of_epoch_is_two_children_of_that_day(
    store: AlertStore, epoch: str, found: set[str]
) -> None:
    asked = [
        replace(entry, child_pseudonyms=(Pseudonym(str(child(number)).replace("e1", name)),))
        for turn, name in enumerate(("e1", epoch))
        for number in range(8)
        for entry in question(f"{turn}{number}", number)
    ]
    indexed(store, asked)
    assert {alert.rule for alert in alerts(store)} == found


def test_families_who_look_and_what_went_on_to_agencies_raise_nothing(store: AlertStore) -> None:
    indexed(store, question("q1", risks=(AccessFlag.SAME_ADDRESS,), purpose=Purpose.SUBJECT_ACCESS))
    indexed(store, question("q2", risks=(AccessFlag.SAME_ADDRESS,), detail="PASSED_ON"), first=2)
    assert alerts(store) == []


def test_every_break_glass_is_raised_first(store: AlertStore) -> None:
    grant = Entry(
        kind=AuditKind.BREAK_GLASS, at=NOON, query_id="g1", user="s.worker", organisation="n"
    )
    indexed(store, [*question("q1", risks=(AccessFlag.SAME_ADDRESS,)), grant])
    assert [(alert.rule, alert.score) for alert in alerts(store)] == [
        ("BREAK_GLASS", 1.0),
        ("SAME_ADDRESS", 0.8),
    ]


def test_an_overdue_alert_is_told_once(store: AlertStore) -> None:
    indexed(store, question("q1", risks=(AccessFlag.SAME_ADDRESS,)))
    assert store.overdue(NOON + timedelta(days=2)) == ()
    (late,) = store.overdue(NOON + timedelta(days=5))
    store.told(late)
    assert store.overdue(NOON + timedelta(days=5)) == ()


@pytest.mark.parametrize("harm", ["removed", "garbage", "of another shape"])
def test_alerts_are_found_again_alike_when_their_file_is_lost(store: AlertStore, harm: str) -> None:
    entries = question("q1", risks=(AccessFlag.SAME_ADDRESS,))
    indexed(store, entries)
    before = alerts(store)
    if harm == "removed":
        store.forget()
    elif harm == "garbage":
        store.path.write_bytes(b"garbage" * 1000)
    else:
        with closing(sqlite3.connect(store.path)) as file:
            file.execute("PRAGMA user_version = 99")
    assert store.indexed() == (0, b"")
    indexed(store, entries)
    assert alerts(store) == before


EDITS = {
    "an alert set to reviewed": "UPDATE alert SET verdict = 'JUSTIFIED'",
    "an alert made harmless": "UPDATE alert SET score = 1",
    "an alert told": "UPDATE alert SET told = 1",
    "an alert deleted": "DELETE FROM alert",
    "an alert inserted": (
        "INSERT INTO alert SELECT 'q9', 9, rule, score, at, due_by, entries, 'a.nother', issuer,"
        " organisation, manager, NULL, 0, 9 FROM alert"
    ),
    "a question forgotten": "DELETE FROM question",
    "a child looked at by another": "UPDATE day_child SET user = 'a.nother'",
    "a day of no children": "UPDATE user_day SET children = 0",
    "counted as drawn": "UPDATE drawn SET size = 9",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON alert BEGIN DELETE FROM alert; END",
}


def edited(store: AlertStore, edit: str) -> None:
    with closing(sqlite3.connect(store.path)) as file, file:
        assert file.execute(EDITS[edit]).rowcount or edit == "a trigger"


@pytest.mark.parametrize("edit", sorted(EDITS))
@pytest.mark.parametrize("running", [False, True], ids=["at rest", "running"])
def test_alerts_that_were_edited_are_found_again_and_that_is_told(
    store: AlertStore,
    edit: str,
    running: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    # Due again at once: by a clock that goes on, a busy machine would be left to rest first.
    held = AlertStore(store.path, pace=Pace(0.0, now=lambda: 0.0))
    entries = question("q1", risks=(AccessFlag.SAME_ADDRESS,))
    indexed(held, entries)
    assert held.indexed()[0] == len(entries)
    before = alerts(held)
    edited(held, edit)
    again = held if running else AlertStore(store.path)
    with capture_logs() as events:
        assert again.indexed() == (0, b"")
    assert [each["event"] for each in events] == ["copy_altered"]
    indexed(again, entries)
    assert alerts(again) == before


def test_what_was_edited_is_written_on_by_nobody(store: AlertStore) -> None:
    indexed(store, question("q1", risks=(AccessFlag.SAME_ADDRESS,)))
    edited(store, "a trigger")
    with pytest.raises(LogUnavailable, match="was edited"):
        indexed(store, question("q2", 2), first=2)


def test_what_is_older_than_five_weeks_is_forgotten_and_the_alert_stays(store: AlertStore) -> None:
    indexed(store, question("q1", risks=(AccessFlag.SAME_ADDRESS,)))
    indexed(store, question("q2", 2, NOON + timedelta(days=60)), first=2)
    with closing(sqlite3.connect(store.path)) as file:
        left = file.execute("SELECT query_id FROM question").fetchall()
    assert left == [("q2",)]
    assert [alert.id for alert in alerts(store)] == ["q1"]


def test_an_entry_of_a_clock_years_ahead_makes_no_other_question_old(store: AlertStore) -> None:
    usual = [*question("q1"), *question("q2")]
    store.take([Logged(i, entry.leaf()) for i, entry in enumerate(usual)], today=NOON)
    ahead = replace(usual[0], query_id="q3", at=NOON + timedelta(days=9 * 365))
    store.take([Logged(len(usual), ahead.leaf())], today=NOON)
    with closing(sqlite3.connect(store.path)) as connection:
        held = {name for (name,) in connection.execute("SELECT query_id FROM question")}
    assert held == {"q1", "q2", "q3"}
