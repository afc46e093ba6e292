"""Break-glass: one user, one child, half an hour, told at once, reviewed by somebody else."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.recorder.recorder import Recorder
from gateway.model.caller import Caller
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.gateway.auditors import ENTRIES, nodes
from tests.support.gateway.break_glass import (
    BREAK,
    FRESH,
    GRANT,
    NOW,
    REVIEWER,
    Scene,
    code,
    grant,
    scene,
)
from tests.support.loopback import serving
from tests.support.settings import BRISK
from tests.support.town import (
    KNOWN,
    small_town,
)


async def test_a_grant_lifts_the_doubt_whether_a_child_is_shielded(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        before = await on.ask()
        after = await on.ask(breakGlass=await grant(on))
    assert before.outcomes["council"] == "NOTHING_TO_SHARE"
    assert after.outcomes["council"] == "HAS_RECORD"
    assert after.child_answer["child"]["restriction"] == "UNKNOWN"
    assert after.child_answer["child"]["addresses"] != []


async def test_a_grant_that_was_prolonged_beside_the_log_opens_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        granted = await grant(on)
        on.now += timedelta(minutes=31)
        file = on.town.settings.files.state / "break-glass.sqlite"
        with closing(sqlite3.connect(file)) as store, store:
            store.execute("UPDATE leave SET expires_at = expires_at + 400")
        assert code(await on.ask(breakGlass=granted)) == "BREAK_GLASS_INVALID"


async def test_a_grant_never_lifts_a_shield(tmp_path: Path) -> None:
    async with scene(tmp_path, {**MIRA, "restricted": "Y"}, **BRISK) as on:
        answer = await on.ask(breakGlass=await grant(on))
    assert answer.outcomes["council"] == "NOTHING_TO_SHARE"
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"
    assert answer.child_answer["child"]["addresses"] == []


async def test_leave_is_for_half_an_hour_and_its_terms_are_told(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        granted = (await on.break_glass()).body["data"]["breakGlass"]
        on.now += timedelta(minutes=29)
        during = await on.ask(breakGlass=granted["id"])
        on.now += timedelta(minutes=2)
        after = await on.ask(breakGlass=granted["id"])
    assert granted["expiresAt"].startswith("2026-11-23T10:30:00")
    assert granted["reviewBy"].startswith("2026-11-26T10:00:00")
    assert (during.status, code(after)) == (200, "BREAK_GLASS_INVALID")


@pytest.mark.parametrize(
    "known",
    [
        {"nhsNumber": "9000000017", "birthDate": "2015-03-09"},
        {**KNOWN, "upn": "H801200001001"},
        {"givenNames": ["Mira"], "familyName": "Ashdown", "birthDate": "2015-03-09"},
    ],
)
async def test_a_grant_is_for_the_child_as_it_was_named(
    tmp_path: Path, known: dict[str, Any]
) -> None:
    async with scene(tmp_path) as on:
        answer = await on.known(known, breakGlass=await grant(on))
    assert code(answer) == "BREAK_GLASS_INVALID"


async def test_a_grant_is_for_its_user_alone(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        granted = await grant(on)
        colleague = await on.ask(replace(FRESH, user="c.olleague"), breakGlass=granted)
        invented = await on.ask(breakGlass="invented")
    assert (code(colleague), code(invented)) == ("BREAK_GLASS_INVALID", "BREAK_GLASS_INVALID")


@pytest.mark.parametrize(
    ("caller", "refusal"),
    [
        (replace(FRESH, signed_in_at=int(NOW.timestamp()) - 901), "SIGN_IN_AGAIN"),
        (replace(FRESH, purposes=frozenset()), "PURPOSE_NOT_ENTITLED"),
        (replace(FRESH, areas=()), None),
    ],
)
async def test_who_may_have_a_grant(tmp_path: Path, caller: Caller, refusal: str | None) -> None:
    async with scene(tmp_path) as on:
        answer = await on.break_glass(caller)
        entries = logged(on.town.settings.files.state)
    if refusal is None:
        assert answer.body["data"]["breakGlass"]
    else:
        assert code(answer) == refusal
        assert entries[-1]["detail"] == refusal


async def test_a_reason_is_needed(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        for why in ("  ", "\u200b", "?!"):
            assert code(await on.break_glass(why=why)) == "JUSTIFICATION_MISSING"


async def test_break_glass_is_not_asked_for_over_and_over(tmp_path: Path) -> None:
    stale = replace(FRESH, signed_in_at=int(NOW.timestamp()) - 901)
    async with scene(tmp_path, limits__break_glass_per_hour=2) as on:
        assert code(await on.break_glass(stale)) == "SIGN_IN_AGAIN"
        await grant(on)
        await on.told(2)
        refused, again = await on.break_glass(), await on.break_glass()
        colleague = await on.break_glass(replace(FRESH, user="c.olleague"))
        entries = logged(on.town.settings.files.state)
        on.now += timedelta(hours=1)
        later = await on.break_glass(replace(FRESH, signed_in_at=int(on.now.timestamp())))
        told = await on.told(6)
    assert (code(refused), code(again)) == ("TOO_MUCH_BREAK_GLASS",) * 2
    assert refused.body["errors"][0]["extensions"]["retryAfter"] == 3601
    assert [e["kind"] for e in entries if e.get("detail") == code(refused)] == ["REFUSAL"] * 2
    assert "errors" not in colleague.body
    assert "errors" not in later.body
    assert len(told) == 6


async def test_a_refusal_of_too_many_grants_says_in_its_header_when_to_come(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path, limits__break_glass_per_hour=1) as on:
        await grant(on)
        url, body = f"{on.town.url}/graphql", {"query": BREAK, "variables": GRANT}
        async with on.town.session.post(url, json=body, headers=on.headers(FRESH)) as answer:
            said = await answer.json()
    assert (answer.status, "data" in said) == (429, False)
    assert answer.headers["Retry-After"] == str(said["errors"][0]["extensions"]["retryAfter"])


async def test_privacy_officers_are_told_at_once_and_nothing_of_the_child(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        granted = await grant(on)
        told = await on.told(2)
    expected = {"queryId": granted, "what": "granted", "signIn": "https://gateway.example/graphql"}
    assert sorted(told, key=lambda each: str(each["path"])) == [
        {"path": "/council", **expected},
        {"path": "/mail", **expected, "to": "dpo@spine.example"},
    ]


async def test_a_grant_is_in_the_log_and_no_detail_of_the_child_on_the_disk(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        granted = await grant(on)
        entry = logged(on.town.settings.files.state)[on.granted_at]
        files = [f.read_bytes() for f in on.town.settings.files.state.iterdir() if f.is_file()]
    assert (entry["query_id"], entry["user"]) == (granted, "s.worker")
    assert not any(
        mark in content
        for content in files
        for mark in (b"missing", MIRA["nhs"].encode(), b"2015-03-09")
    )


async def test_an_auditor_finds_the_grant_and_every_question_that_used_it(tmp_path: Path) -> None:
    query = """query Read($filter: AuditFilter) {
      audit { entries(filter: $filter) { edges { node { kind } } } }
    }"""
    async with scene(tmp_path) as on:
        await on.ask()
        await on.ask(breakGlass=await grant(on))
        body = {"query": query, "variables": {"filter": {"breakGlass": True}}}
        found = (await on.town.post(body, on.headers(REVIEWER))).body["data"]["audit"]["entries"]
    kinds = [edge["node"]["kind"] for edge in found["edges"]]
    # What one member of the shield set taught the other is an entry of its own.
    assert kinds == ["RELEASE", "RELEASE", "INTENT", "BREAK_GLASS"]


async def test_an_overdue_review_goes_to_a_deputy_and_suspends_the_right(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        await on.told(2)
        on.now += timedelta(days=3)
        fresh = replace(FRESH, signed_in_at=int(on.now.timestamp()))
        suspended = await on.break_glass(fresh)
        await on.break_glass(replace(fresh, user="c.olleague"))
        told = await on.told(5)
    assert code(suspended) == "BREAK_GLASS_SUSPENDED"
    assert [t["what"] for t in told if t["path"] == "/deputy"] == ["overdue"]


async def test_a_review_by_somebody_else_gives_the_right_back(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        answer = await on.review(on.granted_at)
        on.now += timedelta(days=9)
        again = await on.break_glass(replace(FRESH, signed_in_at=int(on.now.timestamp())))
        entries = logged(on.town.settings.files.state)
    assert answer.body["data"]["reviewAccess"]["kind"] == "BREAK_GLASS"
    assert again.body["data"]["breakGlass"]["id"]
    assert [e["detail"] for e in entries if e["kind"] == "REVIEW"] == ["EXPLAINED"]


@pytest.mark.parametrize(
    "reviewer",
    [
        replace(FRESH, roles=frozenset({"auditor"})),
        replace(REVIEWER, user="m.anager", organisation="northbrook"),
        replace(REVIEWER, user=FRESH.user),
        replace(REVIEWER, manager=FRESH.user),
        replace(REVIEWER, roles=frozenset({"practitioner"})),
    ],
)
async def test_neither_the_user_nor_their_manager_reviews(tmp_path: Path, reviewer: Caller) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        answer = await on.review(on.granted_at, reviewer)
        waiting = await on.review(on.granted_at, note=" ")
    assert (code(answer), code(waiting)) == ("REVIEW_NOT_ALLOWED", "REVIEW_INVALID")


OFFICER = replace(REVIEWER, user="o.fficer", roles=frozenset({"privacy-officer"}))


async def found_by(on: Scene, agency: str) -> list[dict[str, Any]]:
    headers = on.headers(replace(OFFICER, organisation=agency))
    body = {"query": ENTRIES, "variables": {"filter": {"kind": "BREAK_GLASS"}}}
    return nodes(await on.town.post(body, headers))


async def test_a_privacy_officer_who_was_told_finds_the_entry_and_reviews_it(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        (seen,) = await found_by(on, "council")
        answer = await on.review(int(seen["index"]), replace(OFFICER, organisation="council"))
    assert [(each["agency"], each["outcome"]) for each in seen["agencies"]] == [("council", None)]
    assert not seen["justification"]
    assert not seen["childPseudonyms"]
    assert answer.body["data"]["reviewAccess"]["kind"] == "BREAK_GLASS"


@pytest.mark.parametrize("agency", ["elsewhere", "audit", "Council"])
async def test_a_privacy_officer_reviews_what_their_agency_was_told_of_and_nothing_else(
    tmp_path: Path, agency: str
) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        seen = await found_by(on, agency)
        answer = await on.review(on.granted_at, replace(OFFICER, organisation=agency))
        kinds = [each["kind"] for each in logged(on.town.settings.files.state)]
    assert seen == []
    assert code(answer) == "REVIEW_NOT_ALLOWED"
    assert "REVIEW" not in kinds


async def test_a_grant_of_an_earlier_release_is_reviewed_by_any_privacy_officer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = Recorder.broke_glass

    async def as_before(recorder: Recorder, caller: Caller, *said: Any) -> int:
        query_id, why, pseudonyms, _ = said
        return await logs(recorder, caller, query_id, why, pseudonyms, ())

    monkeypatch.setattr(Recorder, "broke_glass", as_before)
    async with scene(tmp_path) as on:
        await grant(on)
        answer = await on.review(on.granted_at, OFFICER)
        kinds = [each["kind"] for each in logged(on.town.settings.files.state)]
    assert "errors" not in answer.body
    assert kinds.count("REVIEW") == 1


async def test_a_colleague_of_the_same_manager_reviews(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        answer = await on.review(on.granted_at, replace(REVIEWER, manager=FRESH.manager))
    assert "errors" not in answer.body


async def test_words_that_are_longer_than_a_questions_may_be_give_and_review_nothing(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as on:
        refused = await on.break_glass(why="w" * 2001)
        await grant(on)
        unreviewed = await on.review(on.granted_at, note="w" * 2001)
        kinds = [each["kind"] for each in logged(on.town.settings.files.state)]
    assert code(refused) == code(unreviewed) == "JUSTIFICATION_TOO_LONG"
    assert kinds.count("BREAK_GLASS") == 1
    assert "REVIEW" not in kinds


async def test_where_nobody_could_be_told_there_is_no_leave(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [source]) as town:
            body = {"query": BREAK, "variables": {"known": KNOWN, "justification": "missing"}}
            answer = await town.post(body, town.headers())
    assert code(answer) == "BREAK_GLASS_UNAVAILABLE"
