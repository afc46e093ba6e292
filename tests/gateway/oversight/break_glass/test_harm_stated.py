"""Whoever states significant harm is told more at once, and is asked about it by somebody else."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from gateway.model.caller import Caller
from tests.support.agencies import MIRA
from tests.support.edge import logged
from tests.support.gateway.auditors import ENTRIES, nodes
from tests.support.gateway.break_glass import FRESH, REVIEWER, Scene, code, scene
from tests.support.town import KNOWN, QUERY, variables_for

HARM: Final = {"suspected": "PHYSICAL", "justification": "bruises, and no account of them"}


def stated_at(on: Scene) -> int:
    """The newest question's entry."""
    kinds = [entry["kind"] for entry in logged(on.town.settings.files.state)]
    return len(kinds) - 1 - kinds[::-1].index("INTENT")


async def test_privacy_officers_are_told_that_harm_was_stated_and_nothing_of_it(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as on:
        answer = await on.ask(significantHarm=HARM)
        told = await on.told(2)
    query_id = answer.child_answer["receipt"]["queryId"]
    assert {(each["queryId"], each["what"]) for each in told} == {(query_id, "harm-stated")}
    assert "bruises" not in str(told)
    assert "PHYSICAL" not in str(told)


async def test_stated_harm_is_no_grant_to_lift_a_doubt(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        answer = await on.ask(significantHarm=HARM)
        grant = answer.child_answer["receipt"]["queryId"]
        again = await on.ask(breakGlass=grant)
    assert answer.outcomes["council"] == "NOTHING_TO_SHARE"
    assert code(again) == "BREAK_GLASS_INVALID"


async def test_an_overdue_review_suspends_stating_harm_and_breaking_glass_and_nothing_else(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as on:
        await on.ask(significantHarm=HARM)
        on.now += timedelta(days=3)
        fresh = replace(FRESH, signed_in_at=int(on.now.timestamp()))
        refused = await on.ask(fresh, significantHarm=HARM)
        broken = await on.break_glass(fresh)
        plain = await on.ask(fresh)
        colleague = await on.ask(replace(fresh, user="c.olleague"), significantHarm=HARM)
        entries = logged(on.town.settings.files.state)
    assert (code(refused), code(broken)) == ("BREAK_GLASS_SUSPENDED", "BREAK_GLASS_SUSPENDED")
    assert (plain.status, colleague.status) == (200, 200)
    assert "BREAK_GLASS_SUSPENDED" in {entry.get("detail") for entry in entries}


async def test_a_review_by_somebody_else_lets_the_user_state_harm_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await on.ask(significantHarm=HARM)
        reviewed = await on.review(stated_at(on))
        on.now += timedelta(days=9)
        fresh = replace(FRESH, signed_in_at=int(on.now.timestamp()))
        again = await on.ask(fresh, significantHarm=HARM)
    assert reviewed.body["data"]["reviewAccess"]["kind"] == "INTENT"
    assert again.status == 200


@pytest.mark.parametrize(
    "reviewer",
    [
        replace(FRESH, roles=frozenset({"auditor"})),
        replace(REVIEWER, user="m.anager", organisation="northbrook"),
        replace(REVIEWER, user="m.anager"),
    ],
)
async def test_neither_who_stated_it_nor_their_manager_reviews(
    tmp_path: Path, reviewer: Caller
) -> None:
    async with scene(tmp_path) as on:
        await on.ask(significantHarm=HARM)
        assert code(await on.review(stated_at(on), reviewer)) == "REVIEW_NOT_ALLOWED"


@pytest.mark.parametrize(("agency", "reviews"), [("council", 1), ("spine", 1), ("no", 0)])
async def test_a_privacy_officer_reviews_stated_harm_where_their_agency_was_asked(
    tmp_path: Path, agency: str, reviews: int
) -> None:
    officer = replace(
        REVIEWER, user="o.fficer", organisation=agency, roles=frozenset({"privacy-officer"})
    )
    async with scene(tmp_path) as on:
        await on.ask(significantHarm=HARM)
        answer = await on.review(stated_at(on), officer)
        kinds = [each["kind"] for each in logged(on.town.settings.files.state)]
    assert ("errors" not in answer.body) is bool(reviews)
    assert kinds.count("REVIEW") == reviews


@pytest.mark.parametrize(
    ("agency", "outcome"), [("elsewhere", "NOT_ASKED"), ("spine", None), ("nowhere", "unnamed")]
)
async def test_a_privacy_officer_who_is_told_of_stated_harm_finds_it_though_another_is_asked(
    tmp_path: Path, agency: str, outcome: str | None
) -> None:
    officer = replace(
        REVIEWER, user="o.fficer", organisation=agency, roles=frozenset({"privacy-officer"})
    )
    async with scene(tmp_path, MIRA, ["elsewhere"]) as on:
        asked = variables_for(KNOWN, agencies=["spine"])
        asked["reason"] = {**asked["reason"], "significantHarm": HARM}
        await on.town.post({"query": QUERY, "variables": asked}, on.headers(FRESH))
        body = {"query": ENTRIES, "variables": {"filter": {"kind": "INTENT"}}}
        found = nodes(await on.town.post(body, on.headers(officer)))
        answer = await on.review(stated_at(on), officer)
    named = [(one["agency"], one["outcome"]) for each in found for one in each["agencies"]]
    told = outcome != "unnamed"
    assert named == [(agency, outcome)] * told
    assert ("errors" not in answer.body) is told


async def test_an_agency_that_is_not_asked_is_not_in_the_entry_where_no_harm_is_stated(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path, MIRA, ["elsewhere"]) as on:
        asked = variables_for(KNOWN, agencies=["spine"])
        await on.town.post({"query": QUERY, "variables": asked}, on.headers(FRESH))
        entry = logged(on.town.settings.files.state)[stated_at(on)]
    assert entry["agencies"] == [{"ids": ["council", "spine"]}]


async def test_a_question_that_states_no_harm_waits_for_no_review(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await on.ask()
        assert code(await on.review(stated_at(on))) == "REVIEW_INVALID"


async def test_harm_that_cannot_be_noted_for_review_asks_nobody(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        file = on.town.settings.files.state / "break-glass.sqlite"
        with sqlite3.connect(file) as opened:
            opened.execute("DROP TABLE notice")
        answer = await on.ask(significantHarm=HARM)
    assert (answer.status, code(answer)) == (503, "REVIEWS_UNAVAILABLE")
