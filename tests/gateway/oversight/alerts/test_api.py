"""Auditors read alerts, the most unusual first, and review them; nobody reviews their own."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.model.caller import Caller, OwnDetails
from tests.support.agencies import MIRA
from tests.support.edge import logged
from tests.support.gateway.alerts import KIN, nodes, read, review
from tests.support.gateway.break_glass import FRESH, REVIEWER, code, grant, scene

NAMESAKE: Final = replace(FRESH, user="n.amesake", own=OwnDetails(family_name="Ashdown"))


async def test_an_auditor_sees_first_what_is_most_unusual(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await on.ask(NAMESAKE)
        await on.ask(KIN)
        await on.ask()
        found = nodes(await read(on))
    assert [(each["rule"], each["score"]) for each in found] == [
        ("SAME_ADDRESS", 0.8),
        ("SAME_SURNAME", 0.5),
    ]
    assert found[0]["state"] == "OPEN"
    assert found[0]["dueBy"].startswith("2026-11-26T10:00:00")
    assert found[1]["dueBy"].startswith("2026-12-07T10:00:00")


async def test_an_alert_holds_nothing_of_the_child_nor_does_its_file(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await on.ask(KIN)
        answer = await read(on)
        files = [f.read_bytes() for f in on.town.settings.files.state.iterdir() if f.is_file()]
    marks = [MIRA["nhs"], MIRA["family"], MIRA["born"], "Tanners", "ZE1"]
    assert not any(mark in answer.text for mark in marks)
    assert not any(mark.encode() in content for content in files for mark in marks)


async def test_pages_lead_through_all_alerts(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        for caller in (NAMESAKE, KIN, replace(KIN, user="o.ther")):
            await on.ask(caller)
        whole = nodes(await read(on))
        paged, after, more = [], None, True
        while more:
            page = await read(on, first=1, after=after)
            paged += nodes(page)
            info = page.body["data"]["audit"]["alerts"]["pageInfo"]
            after, more = info["endCursor"], info["hasNextPage"]
    assert len(whole) == 3
    assert paged == whole


async def test_a_review_is_in_the_log_and_closes_the_alert(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await on.ask(KIN)
        (alert,) = nodes(await read(on))
        reviewed = await review(on, alert["entries"][0])
        again = await review(on, alert["entries"][0])
        still_open = nodes(await read(on, state="OPEN"))
        (closed,) = nodes(await read(on, state="REVIEWED"))
        entries = logged(on.town.settings.files.state)
    assert reviewed.body["data"]["reviewAccess"]["kind"] == "INTENT"
    assert code(again) == "REVIEW_INVALID"
    assert (still_open, closed["state"]) == ([], "REVIEWED")
    assert [e["detail"] for e in entries if e["kind"] == "REVIEW"] == ["EXPLAINED"]
    assert "cousin" not in str(entries)


@pytest.mark.parametrize(
    ("reviewer", "note", "refused"),
    [
        (replace(REVIEWER, user="s.worker", organisation="northbrook"), "x", "REVIEW_NOT_ALLOWED"),
        (replace(REVIEWER, user="m.anager", organisation="northbrook"), "x", "REVIEW_NOT_ALLOWED"),
        (replace(REVIEWER, user="s.worker"), "x", "REVIEW_NOT_ALLOWED"),
        (replace(REVIEWER, manager="s.worker"), "x", "REVIEW_NOT_ALLOWED"),
        (REVIEWER, "w" * 2001, "JUSTIFICATION_TOO_LONG"),
        (replace(REVIEWER, roles=frozenset({"privacy-officer"})), "x", "REVIEW_NOT_ALLOWED"),
        (REVIEWER, "  ", "REVIEW_INVALID"),
    ],
)
async def test_neither_the_user_nor_their_manager_reviews(
    tmp_path: Path, reviewer: Caller, note: str, refused: str
) -> None:
    async with scene(tmp_path) as on:
        await on.ask(KIN)
        (alert,) = nodes(await read(on))
        answer = await review(on, alert["entries"][0], reviewer, note)
        assert code(answer) == refused
        assert nodes(await read(on, state="OPEN")) == [alert]


@pytest.mark.parametrize("role", ["privacy-officer", "practitioner"])
async def test_alerts_are_for_auditors_alone(tmp_path: Path, role: str) -> None:
    async with scene(tmp_path) as on:
        await on.ask(KIN)
        answer = await read(on, replace(REVIEWER, roles=frozenset({role})))
        entries = logged(on.town.settings.files.state)
    assert code(answer) == "AUDIT_NOT_ALLOWED"
    assert entries[-1]["detail"] == "AUDIT_NOT_ALLOWED"


async def test_reading_alerts_is_in_the_log(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await read(on)
        last = logged(on.town.settings.files.state)[-1]
    assert (last["kind"], last["detail"]) == ("AUDIT_SEARCH", "ALERTS")


async def test_break_glass_is_reviewed_once_for_the_grant_and_the_alert(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        (alert,) = nodes(await read(on))
        await on.review(on.granted_at)
        (after,) = nodes(await read(on))
    assert (alert["rule"], alert["score"], alert["state"]) == ("BREAK_GLASS", 1.0, "OPEN")
    assert after["state"] == "REVIEWED"


async def test_one_review_closes_the_alert_and_what_was_stated_of_harm(tmp_path: Path) -> None:
    harm = {"suspected": "NEGLECT", "justification": "hungry"}
    async with scene(tmp_path) as on:
        assert "errors" not in (await on.ask(KIN, significantHarm=harm)).body
        (alert,) = nodes(await read(on))
        first = await review(on, alert["entries"][0])
        again = await review(on, alert["entries"][0])
        (after,) = nodes(await read(on))
    assert "errors" not in first.body
    assert code(again) == "REVIEW_INVALID"
    assert after["state"] == "REVIEWED"


async def test_an_alert_that_nobody_reviewed_goes_to_a_deputy(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await on.ask(KIN)
        (alert,) = nodes(await read(on))
        on.now += timedelta(days=4)
        await on.town.pipeline.alerts.escalate()
        await on.town.pipeline.alerts.escalate()
        told = await on.told(1, alerts=True)
    assert [(each["what"], each["queryId"]) for each in told] == [("alert-overdue", alert["id"])]


@pytest.mark.parametrize("given", [{"first": 201}, {"first": -1}, {"after": "nonsense"}])
async def test_a_page_that_cannot_be_made_says_what_to_change(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    async with scene(tmp_path) as on:
        answer = await read(on, **given)
    assert code(answer) == "VARIABLES_INVALID"
    assert next(iter(given)) in answer.body["errors"][0]["message"]
