"""An agency that stumbles is asked again, one that lies down is left alone; over every kind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import Claim
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.faults.http_faults import HTML, request_line, response
from tests.support.faults.speech import Speech
from tests.support.faults.speeches import SPEECHES
from tests.support.loopback import serving, serving_raw
from tests.support.town import Town, small_town

every_speech = pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.kind)
PATIENT = "retry = { max = 1 }"
SHORT_FUSE = 'breaker = { failures = 1, open_for = "1h" }'
Says = Callable[[Speech], bytes]


def status(code: int, *headers: str) -> Says:
    return lambda _: response(code, "text/html", HTML, *headers)


def nothing(_: Speech) -> bytes:
    return b""


def found(speech: Speech) -> bytes:
    return response(200, speech.media_type, speech.found())


@dataclass
class Flapping:
    """Says one thing first, another from then on, and counts the requests that it had."""

    speech: Speech
    first: Says
    then: Says = found
    requests: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_line(reader)
        self.requests += 1
        says = self.first if self.requests == 1 else self.then
        writer.write(says(self.speech))
        await writer.drain()


@asynccontextmanager
async def town_with(
    folder: Path, agency: Flapping, limits: str, *without: Claim, **more: Any
) -> AsyncIterator[Town]:
    """A town with this agency, a spine and a school."""
    async with serving_raw(agency.handle) as url, serving(AgencyServer().answer) as well:
        source = agency.speech.source("agency", url, conclusive=True)
        claims = source.claims - frozenset(without)
        sources = [
            source.with_(limits=limits, **{"claims": claims, "timeout": "30s", **more}),
            rest_source("spine", well, claims=AUTHORITY),
            rest_source("school", well),
        ]
        async with small_town(folder, sources, questions__deadline=30) as town:
            yield town


async def asked(
    folder: Path, agency: Flapping, limits: str = PATIENT, *without: Claim
) -> dict[str, Any]:
    """The agency's row."""
    async with town_with(folder, agency, limits, *without) as town:
        return (await town.ask(agencies=["agency"])).rows["agency"]


@every_speech
@pytest.mark.parametrize(
    "first", [status(503), status(429, "Retry-After: 0"), nothing], ids=["503", "429", "drops"]
)
async def test_an_agency_that_stumbled_once_is_asked_again(
    tmp_path: Path, speech: Speech, first: Says
) -> None:
    agency = Flapping(speech, first)
    row = await asked(tmp_path, agency)
    assert (row["outcome"], row["attempts"], agency.requests) == ("HAS_RECORD", 2, 2)


@every_speech
@pytest.mark.parametrize("first", [status(503), nothing], ids=["503", "drops"])
async def test_an_agency_where_reading_has_effects_is_read_once_however_it_stumbles(
    tmp_path: Path, speech: Speech, first: Says
) -> None:
    agency = Flapping(speech, first)
    row = await asked(tmp_path, agency, PATIENT, Claim.EFFECTS_NONE)
    assert (row["outcome"], row["attempts"], agency.requests) == ("UNAVAILABLE", 1, 1)


@every_speech
async def test_an_agency_that_asks_for_more_time_than_there_is_is_not_asked_again(
    tmp_path: Path, speech: Speech
) -> None:
    agency = Flapping(speech, status(429, "Retry-After: 120"))
    row = await asked(tmp_path, agency)
    assert (row["outcome"], row["attempts"], agency.requests) == ("BUSY", 1, 1)
    assert row["retryable"] is True


@every_speech
async def test_an_agency_without_a_word_of_it_in_its_manifest_is_not_asked_again(
    tmp_path: Path, speech: Speech
) -> None:
    agency = Flapping(speech, status(503))
    row = await asked(tmp_path, agency, "")
    assert (row["outcome"], row["attempts"], agency.requests) == ("UNAVAILABLE", 1, 1)


@every_speech
async def test_an_agency_that_is_down_is_not_asked_and_never_one_without_a_record(
    tmp_path: Path, speech: Speech
) -> None:
    agency = Flapping(speech, status(500))
    async with town_with(tmp_path, agency, SHORT_FUSE) as town:
        await town.ask(agencies=["agency"])
        answer = await town.ask(agencies=["agency", "school"])
    row = answer.rows["agency"]
    assert (row["outcome"], row["attempts"], agency.requests) == ("UNAVAILABLE", 0, 1)
    assert "The gateway tries it again in 3600 seconds." in row["detail"]
    assert (row["retryable"], row["searchedBy"]) == (True, [])
    assert answer.outcomes["school"] == "HAS_RECORD"
    assert answer.completeness["complete"] is False
    assert answer.completeness["unanswered"] == 1


@every_speech
async def test_a_shield_authority_whose_breaker_is_open_clears_nobody(
    tmp_path: Path, speech: Speech
) -> None:
    agency = Flapping(speech, status(500))
    claims = AUTHORITY - {Claim.SPINE}
    async with town_with(tmp_path, agency, SHORT_FUSE, claims=claims) as town:
        await town.ask()
        answer = await town.ask()
    assert agency.requests == 1
    assert answer.outcomes["agency"] == "UNAVAILABLE"
    assert answer.outcomes["school"] == "NOTHING_TO_SHARE"
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"
    assert "Tanners" not in answer.text
