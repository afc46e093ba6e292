"""Two issuers' users of one name are two people; two accounts of one person are one, once linked.

The link is made by two people, and each step of it is in the log.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, AgencyServer, SourceFile, rest_source
from tests.support.edge import edge, logged
from tests.support.gateway.alerts import KIN, nodes, read, review
from tests.support.gateway.bindings import ELSEWHERE, two_issuers
from tests.support.gateway.break_glass import FRESH, REVIEWER, code, grant, scene
from tests.support.gateway.linking import COLLEAGUE, WHY, accounts, confirm, link, linking, propose
from tests.support.gateway.registering import (
    AUDITOR,
    GOVERNANCE,
    OPERATOR,
    REGISTRAR,
    approve,
    clinic,
    granted,
    proposal,
    register,
    say,
)
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, Town, again, small_town

NAMESAKE: Final = replace(PRACTITIONER, issuer=ELSEWHERE)
FOUND: Final = """
query Found($filter: AuditFilter!) {
  audit { entries(filter: $filter) { edges { node {
    user issuer justification accounts { issuer user }
  } } } }
}
"""


async def found(town: Town, **wanted: Any) -> list[dict[str, Any]]:
    """The entries that an auditor finds so, newest first."""
    said = await say(town, AUDITOR, FOUND, filter=wanted)
    return [edge["node"] for edge in said.body["data"]["audit"]["entries"]["edges"]]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with edge(tmp_path, tokens__issuers=two_issuers(tmp_path)) as gateway:
        yield gateway.town


async def asks(town: Town, caller: Any = PRACTITIONER) -> str:
    """The error's code of a question, or nothing where it was answered."""
    answer = await town.ask(caller=caller)
    return code(answer) if "errors" in answer.body else ""


async def test_the_log_says_who_vouched_and_is_searched_by_it(town: Town) -> None:
    for caller in (PRACTITIONER, NAMESAKE):
        assert await asks(town, caller) == ""
    for issuer in (DEFAULT_ISSUER, ELSEWHERE):
        (one,) = await found(town, user="s.worker", issuer=issuer, kind="INTENT")
        assert (one["user"], one["issuer"]) == ("s.worker", issuer)


async def test_agencies_are_told_who_vouched(tmp_path: Path) -> None:
    server, seen = AgencyServer(), list[tuple[str, str]]()

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append((request.headers["X-Teamaround-User"], request.headers["X-Teamaround-Issuer"]))
        return await server.answer(request)

    async with serving(answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], tokens__issuers=two_issuers(tmp_path)) as town:
            await asks(town, NAMESAKE)
    assert {*seen} == {("s.worker", ELSEWHERE)}


async def test_what_one_asked_counts_for_no_namesake(tmp_path: Path) -> None:
    async with edge(
        tmp_path, tokens__issuers=two_issuers(tmp_path), limits__questions_per_minute=1
    ) as gateway:
        assert await asks(gateway.town) == ""
        assert await asks(gateway.town, NAMESAKE) == ""
        assert await asks(gateway.town) == "TOO_MANY_QUESTIONS"


async def test_two_accounts_of_one_person_ask_as_much_as_one(tmp_path: Path) -> None:
    async with edge(
        tmp_path, tokens__issuers=two_issuers(tmp_path), limits__questions_per_minute=2
    ) as gateway:
        await link(gateway.town, "s.worker", "dr.worker")
        other = replace(NAMESAKE, user="dr.worker", organisation="hospital")
        assert [await asks(gateway.town, who) for who in (PRACTITIONER, other)] == ["", ""]
        assert await asks(gateway.town) == "TOO_MANY_QUESTIONS"
        assert await asks(gateway.town, other) == "TOO_MANY_QUESTIONS"


async def test_leave_given_to_one_is_no_namesakes(tmp_path: Path) -> None:
    async with scene(tmp_path, tokens__issuers=two_issuers(tmp_path)) as on:
        granted_to_one = await grant(on)
        namesake = replace(FRESH, issuer=ELSEWHERE)
        answer = await on.ask(namesake, breakGlass=granted_to_one)
        assert code(answer) == "BREAK_GLASS_INVALID"
        assert "errors" not in (await on.ask(breakGlass=granted_to_one)).body


async def test_a_namesake_reviews_and_the_same_person_does_not(tmp_path: Path) -> None:
    namesake = replace(REVIEWER, user=FRESH.user, issuer=ELSEWHERE)
    for linked in (True, False):
        folder = tmp_path / str(linked)
        folder.mkdir()
        async with scene(folder, tokens__issuers=two_issuers(folder)) as on:
            if linked:
                await link(on.town, FRESH.user, at=on.now.timestamp())
            await grant(on)
            answer = await on.review(on.granted_at, namesake)
        assert ("errors" in answer.body) == linked
        assert not linked or code(answer) == "REVIEW_NOT_ALLOWED"


async def test_a_managers_other_account_does_not_review(tmp_path: Path) -> None:
    other = replace(REVIEWER, user="manager.7", issuer=ELSEWHERE)
    async with scene(tmp_path, tokens__issuers=two_issuers(tmp_path)) as on:
        await link(on.town, str(FRESH.manager), "manager.7", at=on.now.timestamp())
        await grant(on)
        assert code(await on.review(on.granted_at, other)) == "REVIEW_NOT_ALLOWED"


async def test_an_alert_is_reviewed_by_no_other_account_of_its_user(tmp_path: Path) -> None:
    namesake = replace(REVIEWER, user=KIN.user, issuer=ELSEWHERE)
    async with scene(tmp_path, tokens__issuers=two_issuers(tmp_path)) as on:
        await on.ask(KIN)
        (alert,) = nodes(await read(on))
        await link(on.town, KIN.user, "dr.worker", at=on.now.timestamp())
        other = replace(namesake, user="dr.worker")
        assert code(await review(on, alert["entries"][0], other)) == "REVIEW_NOT_ALLOWED"
        assert "errors" not in (await review(on, alert["entries"][0], namesake)).body


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[Town, SourceFile]]:
    """A town, and a clinic's source that may join it."""
    async with serving(AgencyServer().answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], tokens__issuers=two_issuers(tmp_path)) as town:
            yield town, clinic(url)


async def test_a_namesake_approves_and_the_same_person_does_not(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await granted(town, file)
    namesake = replace(GOVERNANCE, user=REGISTRAR.user, issuer=ELSEWHERE)
    other = replace(GOVERNANCE, user="it.7", issuer=ELSEWHERE)
    await link(town, REGISTRAR.user, "it.7")
    await register(town, proposal(file))
    assert (await approve(town, caller=other)).code == "SOURCE_NOT_ALLOWED"
    assert (await approve(town, caller=namesake)).source is not None


# -- How a link is made ------------------------------------------------------------------------


async def test_each_step_of_a_link_is_in_the_log_with_its_reason(town: Town) -> None:
    await link(town, "s.worker")
    steps = await found(town, kind="ACCOUNT_LINK")
    both = [{"issuer": name, "user": "s.worker"} for name in (ELSEWHERE, DEFAULT_ISSUER)]
    assert [(each["user"], each["justification"]) for each in steps] == [
        ("ig.lead", WHY),
        ("o.perator", WHY),
    ]
    assert all(sorted(map(str, each["accounts"])) == sorted(map(str, both)) for each in steps)
    details = [
        each["detail"]
        for each in logged(town.settings.files.state)
        if each["kind"] == "ACCOUNT_LINK"
    ]
    assert details == ["LINK_PROPOSED", "LINK_CONFIRMED"]


async def test_what_is_only_proposed_counts_for_nothing(tmp_path: Path) -> None:
    namesake = replace(REVIEWER, user=FRESH.user, issuer=ELSEWHERE)
    async with scene(tmp_path, tokens__issuers=two_issuers(tmp_path)) as on:
        await propose(on.town, accounts(FRESH.user), at=on.now.timestamp())
        await grant(on)
        assert "errors" not in (await on.review(on.granted_at, namesake)).body


async def test_nobody_confirms_what_they_proposed_themselves(town: Town) -> None:
    pair = accounts("s.worker")
    await propose(town, pair)
    said = await confirm(town, pair, OPERATOR)
    assert said.code == "LINK_NOT_ALLOWED"
    # Nor by another account of theirs, once that is known.
    theirs = accounts(OPERATOR.user, "op.7")
    await propose(town, theirs, COLLEAGUE)
    await confirm(town, theirs, GOVERNANCE)
    other = replace(COLLEAGUE, issuer=ELSEWHERE, user="op.7")
    assert (await confirm(town, pair, other)).code == "LINK_NOT_ALLOWED"
    assert (await confirm(town, pair, COLLEAGUE)).body == {"data": {"confirmAccountLink": True}}


@pytest.mark.parametrize("step", ["propose", "confirm"])
async def test_nobody_else_links_and_nobody_their_own_accounts(town: Town, step: str) -> None:
    mine = accounts(OPERATOR.user, "somebody")
    for caller, pair in ((OPERATOR, mine), (PRACTITIONER, accounts("x")), (AUDITOR, accounts("x"))):
        said = await linking(town, step, pair, caller)
        assert said.code == "LINK_NOT_ALLOWED"
    details = [each.get("detail") for each in logged(town.settings.files.state)]
    assert details.count("LINK_NOT_ALLOWED") == 3


async def test_a_link_of_nothing_or_for_no_reason_is_refused(town: Town) -> None:
    same = {"first": accounts("a")["first"], "second": accounts("a")["first"]}
    unknown = {**accounts("a"), "second": {"issuer": "https://nowhere.example", "user": "a"}}
    for pair in (same, unknown):
        assert (await propose(town, pair)).code == "LINK_INVALID"
    assert (await propose(town, accounts("a"), reason=" ")).code == "LINK_INVALID"
    assert (await confirm(town, accounts("a"))).code == "LINK_INVALID"  # nobody proposed it
    await link(town, "a")
    turned = {"first": accounts("a")["second"], "second": accounts("a")["first"]}
    assert (await propose(town, turned)).code == "LINK_INVALID"  # it is there
    assert (await confirm(town, turned)).code == "LINK_INVALID"


async def test_a_link_made_at_one_gateway_holds_at_the_other_and_after_a_restart(
    tmp_path: Path,
) -> None:
    namesake = replace(REVIEWER, user=FRESH.user, issuer=ELSEWHERE)
    async with scene(tmp_path, tokens__issuers=two_issuers(tmp_path)) as on:
        async with again(on.town.settings, Clock(now=lambda: on.now)) as beside:
            await link(beside, FRESH.user, at=on.now.timestamp())
        await grant(on)
        assert code(await on.review(on.granted_at, namesake)) == "REVIEW_NOT_ALLOWED"
