"""The Valkey of the counts fails, is far, full or a cluster: who is refused, and who is not."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from demo.processes.ports import free_port
from gateway.identity.counters import Count, Counters, ProcessCounters
from gateway.identity.counts.opening import open_counts
from gateway.identity.counts.shared import OwnCounts
from gateway.identity.proof_of_possession import Presented
from gateway.model.errors import ConfigurationInvalid, SignIn, TryLater
from tests.support.gateway.sign_in import NOW, URL, Holder, Moment, Provider, verifier_for
from tests.support.patience import patiently
from tests.support.sentinels import Process, started, watched

ONE = Count("minute", 60)
UNREACHED = "valkey://127.0.0.1:1"


async def until_counted(counts: Counters) -> list[int]:
    """What is counted once somebody counts again."""
    while True:
        with suppress(TryLater):
            return await counts.add([ONE])
        await asyncio.sleep(0.01)


async def test_of_two_valkeys_the_one_that_the_sentinels_name_counts(tmp_path: Path) -> None:
    async with watched(tmp_path) as both, open_counts(both.url(1), lambda: 0.0) as counts:
        several = [counts.add([Count(f"n{number}", 60)]) for number in range(20)]
        await asyncio.gather(*several)  # so that many connections lead to the old one
        assert await counts.add([ONE]) == [1]
        await patiently(both.fail_over())
        again = [counts.add([ONE]) for _ in range(20)]
        assert sorted(await asyncio.gather(*again)) == [[number] for number in range(2, 22)]

        by_port = {each.port: each for each in both.servers}
        by_port.pop(await both.primary()).end()
        (left,) = by_port.values()
        with pytest.raises(TryLater):
            await counts.add([ONE])
        assert (await patiently(until_counted(counts)))[0] > 0
        assert await both.primary() == left.port


async def test_sentinels_that_are_away_or_asked_for_what_they_lack_are_told() -> None:
    async with open_counts("valkey+sentinel://127.0.0.1:1/counts", lambda: 0.0) as counts:
        with capture_logs() as events, pytest.raises(TryLater):
            await counts.add([ONE])
    assert [each["cause"] for each in events] == ["MasterNotFoundError"]
    with pytest.raises(ConfigurationInvalid):
        async with open_counts("valkey+sentinel://one/counts?socket_timeout=9", lambda: 0.0):
            pass


@asynccontextmanager
async def running(folder: Path, more: str = "") -> AsyncIterator[Process]:
    """A Valkey that takes commands."""
    server = started(folder, f"server-{free_port()}", more)
    try:
        await patiently(server.answers())
        yield server
    finally:
        server.end()


async def cause_told(server: Process) -> str:
    """Why nothing is counted there."""
    async with open_counts(f"valkey://127.0.0.1:{server.port}", lambda: 0.0) as counts:
        with capture_logs() as events, pytest.raises(TryLater) as refused:
            await counts.add([ONE, Count("hour", 3600)])
    assert refused.value.code == "LIMITS_UNAVAILABLE"
    return str(events[0]["cause"])


async def as_a_replica_alone(server: Process) -> None:
    await server.command("CONFIG", "SET", "replica-serve-stale-data", "no")
    await server.command("CONFIG", "SET", "replica-read-only", "no")  # else it is READONLY first
    await server.command("REPLICAOF", "127.0.0.1", "1")


async def without_enough_replicas(server: Process) -> None:
    await server.command("CONFIG", "SET", "min-replicas-to-write", "1")


async def full(server: Process) -> None:
    await server.command("CONFIG", "SET", "maxmemory", "1")


async def demoted(server: Process) -> None:
    await server.command("REPLICAOF", "127.0.0.1", "1")


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (demoted, "READONLY"),
        (as_a_replica_alone, "MASTERDOWN"),
        (without_enough_replicas, "NOREPLICAS"),
        (full, "OOM"),
    ],
)
async def test_a_server_that_counts_nothing_is_told_by_its_reply(
    tmp_path: Path, spoil: Callable[[Process], Awaitable[None]], cause: str
) -> None:
    async with running(tmp_path) as server:
        await spoil(server)
        assert await cause_told(server) == cause
        await server.command("CONFIG", "SET", "min-replicas-to-write", "0", "maxmemory", "0")
        await server.command("REPLICAOF", "NO", "ONE")
        async with open_counts(f"valkey://127.0.0.1:{server.port}", lambda: 0.0) as counts:
            assert await counts.add([ONE]) == [1]  # so that nothing was counted before


async def test_a_server_that_still_reads_its_data_counts_nothing(tmp_path: Path) -> None:
    slow = "enable-debug-command yes\nloading-process-events-interval-bytes 1024\n"
    async with running(tmp_path, slow) as server:
        await server.command("DEBUG", "POPULATE", "5000")
        await server.command("CONFIG", "SET", "key-load-delay", "2000")
        reading = asyncio.create_task(server.command("DEBUG", "RELOAD"))
        async with open_counts(f"valkey://127.0.0.1:{server.port}", lambda: 0.0) as counts:
            with capture_logs() as events:
                while not events:
                    with suppress(TryLater):
                        await counts.add([Count("readiness", 60, 0)])
        assert events[0]["cause"] == "LOADING"
        reading.cancel()


async def test_a_cluster_is_told_by_its_reply(tmp_path: Path) -> None:
    bus = str(free_port())
    cluster = "cluster-enabled yes\ncluster-node-timeout 500\ncluster-port "
    async with (
        running(tmp_path, f"{cluster}{free_port()}\n") as one,
        running(tmp_path, f"{cluster}{bus}\n") as other,
    ):
        assert await cause_told(one) == "CLUSTERDOWN"
        await other.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        await one.command("CLUSTER", "MEET", "127.0.0.1", str(other.port), bus)
        while (said := await patiently(cause_told(one))) == "CLUSTERDOWN":
            await one.command("PING")
        assert said == "MOVED"


async def test_by_choice_a_gateway_counts_alone_while_the_valkey_is_away(tmp_path: Path) -> None:
    server = started(tmp_path, "one")
    await patiently(server.answers())
    url = f"valkey://127.0.0.1:{server.port}"
    async with open_counts(url, lambda: 0.0, alone_for_s=3600) as counts:
        assert [await counts.add([ONE]) for _ in range(3)] == [[1], [2], [3]]
        server.end()
        with capture_logs() as events:
            assert [await counts.add([ONE]) for _ in range(3)] == [[1], [2], [3]]
            await counts.refuse_unreachable()
    assert [each["event"] for each in events].count("counting_alone") == 1


def test_a_gateway_counts_alone_for_so_long_and_no_longer() -> None:
    now = [10.0]
    own = OwnCounts(ProcessCounters(lambda: 0.0), 60, lambda: now[0])
    assert own.stand_in_for([ONE])
    now[0] += 59
    assert own.stand_in_for([ONE])
    now[0] += 1
    assert not own.stand_in_for([ONE])
    own.end()
    assert own.stand_in_for([ONE])


async def test_left_out_nobody_is_counted_by_one_gateway_alone() -> None:
    async with open_counts(UNREACHED, lambda: 0.0) as counts:
        with pytest.raises(TryLater):
            await counts.add([ONE])


async def proof_shown(counts: Counters) -> Any:
    provider, holder = Provider(), Holder()
    token = provider.token(cnf=holder.confirmation)
    shown = Presented(f"DPoP {token}", holder.proof(token), url=URL)
    verifier = verifier_for(provider, Moment(), proof="dpop", counts=counts)
    return await verifier.caller(shown)


async def test_no_gateway_alone_says_that_a_proof_was_not_used_before() -> None:
    async with open_counts(UNREACHED, lambda: NOW, alone_for_s=3600) as counts:
        assert await counts.add([ONE]) == [1]
        with pytest.raises(TryLater, match="cannot be counted") as refused:
            await proof_shown(counts)
    assert refused.value.code == "LIMITS_UNAVAILABLE"
    assert not isinstance(refused.value, SignIn)


async def test_a_proof_that_one_gateway_alone_would_believe_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OwnCounts, "stand_in_for", lambda *_: True)
    async with open_counts(UNREACHED, lambda: NOW, alone_for_s=3600) as counts:
        assert await proof_shown(counts) is not None


async def test_a_server_that_hangs_is_told_as_a_time_out_and_counts_again_later(
    tmp_path: Path,
) -> None:
    async with (
        running(tmp_path) as server,
        open_counts(f"valkey://127.0.0.1:{server.port}", lambda: 0.0) as counts,
    ):
        assert await counts.add([ONE]) == [1]
        server.process.send_signal(signal.SIGSTOP)
        with capture_logs() as events, pytest.raises(TryLater):
            await counts.add([Count("hour", 3600)])
        server.process.send_signal(signal.SIGCONT)
        assert await counts.add([Count("day", 86400)]) == [1]
    assert [each["cause"] for each in events] == ["TimeoutError"]
