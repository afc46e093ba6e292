"""Nothing is asked and nothing leaves unless it is in the log, whatever the disk does."""

import asyncio
import json
import resource
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.edge import QUESTION, edge, logged
from tests.support.loopback import serving
from tests.support.served_gateway import Served, served
from tests.support.town import PRACTITIONER, Town, small_town, variables_for

STREAM: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!) {
  child(known: $known, reason: $reason) {
    answers @stream { agency { id } involvements { practitioner { name } } }
    ... @defer { child { names { family } } }
  }
}
"""
STREAMED: Final = {"query": STREAM, "variables": variables_for() | {"scope": None}}
OF_THE_CHILD: Final = ("Ashdown", "Mira", "Jo Hart", "Tanners", MIRA["nhs"], "HAS_RECORD")


def limit_files(pid: int, soft: int) -> None:
    """Let the process write no file past this size, as a full disk would."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def lose(log: Path) -> None:
    """Let the log go away, as with a volume that is no longer there."""
    log.rename(log.with_name("away"))


def losing(log: Path) -> Callable[[web.Request], Awaitable[None]]:
    """A hook at the agency: while it is asked, the log goes away."""

    async def ask(_: web.Request) -> None:
        lose(log)

    return ask


async def asked(gateway: Served) -> tuple[int, str]:
    token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=60)
    headers = {"Authorization": f"Bearer {token}"}
    async with gateway.session.post(f"{gateway.url}/graphql", json=QUESTION, headers=headers) as r:
        return r.status, await r.text()


def nothing_of_the_child(text: str) -> bool:
    return not any(word in text for word in OF_THE_CHILD)


async def test_with_a_full_disk_nobody_is_asked_until_there_is_room(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with served(tmp_path, sources, replicas__lease=600) as gateway:
            limit_files(gateway.process.pid, 0)
            for _ in range(3):
                status, text = await asked(gateway)
                assert status == 503
                assert json.loads(text)["errors"][0]["extensions"]["code"] == "LOG_UNAVAILABLE"
                assert nothing_of_the_child(text)
            assert agency_server.asked == []
            limit_files(gateway.process.pid, resource.RLIM_INFINITY)
            status, _ = await asked(gateway)
            await gateway.stop()  # what it said is written beside the answers
    assert (status, len(agency_server.asked)) == (200, 1)
    said = {json.loads(line)["event"] for line in gateway.said}
    # What else stands on that disk may say so.
    behind = {"ledger_unavailable", "alerts_behind", "notices_behind", "forgetting_behind"}
    behind.add("reviews_unavailable")
    assert said - behind == {"serving", "log_unavailable", "stopped"}


async def test_a_disk_that_fills_while_an_agency_answers_lets_nothing_out(tmp_path: Path) -> None:
    running: list[Served] = []

    async def fill(_: web.Request) -> None:
        limit_files(running[0].process.pid, 0)

    agency_server = AgencyServer(before=fill)
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with served(tmp_path, sources) as gateway:
            running.append(gateway)
            status, text = await asked(gateway)
    assert (status, len(agency_server.asked)) == (503, 1)
    assert nothing_of_the_child(text)
    assert [entry["kind"] for entry in logged(tmp_path / "state")] == ["INTENT"]


async def test_a_log_that_goes_away_meanwhile_lets_nothing_out(tmp_path: Path) -> None:
    agency_server = AgencyServer(before=losing(tmp_path / "state" / "audit.sqlite"))
    async with edge(tmp_path, agency_server) as gateway:
        said = await gateway.send()
    assert (said.status, said.code) == (503, "LOG_UNAVAILABLE")
    assert nothing_of_the_child(said.text)
    assert said.headers["Retry-After"] == "1"


async def test_a_stream_ends_before_what_cannot_be_logged(tmp_path: Path) -> None:
    agency_server = AgencyServer(before=losing(tmp_path / "state" / "audit.sqlite"))
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with small_town(tmp_path, sources) as town:
            text, whole = await stream_until(town, "never", lambda: None)
    assert not whole
    assert nothing_of_the_child(text)
    assert not text.endswith("-----\r\n")


@pytest.mark.parametrize("accept", ["multipart/mixed", "text/event-stream"])
async def test_a_stream_whose_first_part_cannot_be_logged_is_refused(
    tmp_path: Path, accept: str
) -> None:
    agency_server = AgencyServer(before=losing(tmp_path / "state" / "audit.sqlite"))
    with_a_row = STREAM.replace("@stream", "@stream(initialCount: 1)")
    async with edge(tmp_path, agency_server) as gateway:
        said = await gateway.send({**STREAMED, "query": with_a_row}, accept=accept)
    assert (said.status, said.code) == (503, "LOG_UNAVAILABLE")
    assert said.headers["Retry-After"] == "1"
    assert nothing_of_the_child(said.text)


async def test_what_was_streamed_before_is_in_the_log_and_what_came_after_is_not_said(
    tmp_path: Path,
) -> None:
    log = tmp_path / "state" / "audit.sqlite"
    let = asyncio.Event()
    late = AgencyServer(before=lambda _: let.wait())

    def lose_and_let() -> None:
        lose(log)
        let.set()

    async with serving(AgencyServer().answer) as quick, serving(late.answer) as slow:
        sources = [
            rest_source("spine", quick, claims=AUTHORITY),
            rest_source("late", slow, timeout="20s", says_restricted=False),
        ]
        async with small_town(tmp_path, sources, questions__deadline=20) as town:
            text, whole = await stream_until(town, '"spine"', lose_and_let)
    assert not whole
    log.with_name("away").rename(log)
    assert '"late"' not in text
    entries = logged(log.parent)
    assert [e["kind"] for e in entries] == ["INTENT", "RELEASE"]
    assert [a["ids"] for a in entries[1]["agencies"]] == [["spine"]]


async def stream_until(town: Town, mark: str, then: Callable[[], None]) -> tuple[str, bool]:
    """All that came of a stream, and whether it ended; `then` is called once `mark` has come."""
    text = ""
    headers = town.headers() | {"Accept": "multipart/mixed"}
    async with town.session.post(f"{town.url}/graphql", json=STREAMED, headers=headers) as came:
        try:
            async for chunk in came.content.iter_any():
                reached = mark in text
                text += chunk.decode()
                if mark in text and not reached:
                    then()
        except aiohttp.ClientPayloadError:
            return text, False
    return text, True


async def test_a_refusal_that_cannot_be_logged_is_a_refusal_still(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        lose(tmp_path / "state" / "audit.sqlite")
        assert (await gateway.send(authorization="")).status == 401
    assert gateway.agency_server.asked == []


@pytest.mark.parametrize("index", [0, 2])
async def test_the_intent_is_on_the_disk_when_the_agency_is_asked(
    tmp_path: Path, index: int
) -> None:
    seen: list[dict[str, Any]] = []

    async def look(request: web.Request) -> None:
        named = int(request.headers["X-Teamaround-Log-Index"])
        seen.append(logged(tmp_path / "state")[named])

    async with edge(tmp_path, AgencyServer(before=look)) as gateway:
        for _ in range(index):
            await gateway.send(authorization="")
        said = await gateway.send()
    receipt = json.loads(said.text)["data"]["child"]["receipt"]
    assert receipt["index"] == str(index)
    assert [(e["kind"], e["query_id"]) for e in seen] == [("INTENT", receipt["queryId"])]


async def test_every_entry_of_a_question_bears_its_query_id(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        one = json.loads((await gateway.send()).text)["data"]["child"]["receipt"]["queryId"]
        said = await gateway.send(STREAMED, accept="multipart/mixed")
        entries = gateway.entries
    mine = [entry for entry in entries if entry["query_id"] == one]
    others = {entry["query_id"] for entry in entries} - {one}
    assert said.status == 200
    assert [entry["kind"] for entry in mine] == ["INTENT", "RELEASE"]
    assert len(others) == 1


async def test_an_entry_of_release_names_fields_and_no_values(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        await gateway.send()
        intent, release = gateway.entries
    (agency,) = release["agencies"]
    assert agency["ids"] == ["spine"]
    assert agency["outcome"] == "HAS_RECORD"
    assert {"names", "birth_date", "identifiers"} <= {*agency["released"]}
    assert "outcome" not in intent["agencies"][0]
    assert nothing_of_the_child(json.dumps(intent))
