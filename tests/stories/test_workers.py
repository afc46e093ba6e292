"""Several workers of one gateway on one machine: one log, one state folder, one address."""

import asyncio
import json
import os
import re
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION, logged
from tests.support.gateway.reloading import until
from tests.support.loopback import serving
from tests.support.served_gateway import Served, served
from tests.support.town import PRACTITIONER


async def receipts(gateway: Served, count: int) -> list[dict[str, Any]]:
    token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=600)
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}

    async def ask() -> dict[str, Any]:
        url = f"{gateway.url}/graphql"
        async with gateway.session.post(url, json=QUESTION, headers=headers) as said:
            assert said.status == 200, await said.text()
            found: dict[str, Any] = (await said.json())["data"]["child"]["receipt"]
            return found

    return list(await asyncio.gather(*(ask() for _ in range(count))))


def workers_of(gateway: Served) -> list[int]:
    children = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


async def serve_so_many(gateway: Served, count: int) -> None:
    async def do() -> bool:
        return sum('"serving"' in line for line in gateway.said) >= count

    await until(do)


def two_free_ports() -> int:
    """The first of two that are free, above those that the system gives to whoever asks for any."""
    for first in range(61_000 + os.getpid() % 4_000, 65_535):
        with suppress(OSError), socket() as one, socket() as other:
            one.bind(("127.0.0.1", first))
            other.bind(("127.0.0.1", first + 1))
            return first
    raise AssertionError("no two ports are free")


def ports_told(gateway: Served) -> list[int]:
    """Where the workers' events say that their figures are."""
    told = [json.loads(line) for line in gateway.said if '"serving"' in line]
    return sorted(each["metrics_port"] for each in told)


async def answered_at(gateway: Served, port: int) -> int:
    """How many requests the worker with this port has answered, as it says."""
    async with gateway.session.get(f"http://127.0.0.1:{port}/metrics") as came:
        found = re.search(r'responses_total\{result="answered"\} (\d+)', await came.text())
    return int(found[1]) if found else 0


def are_there(pids: list[int]) -> bool:
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.fixture
async def url() -> Any:
    async with serving(AgencyServer().answer) as found:
        yield found


async def test_workers_write_one_log_without_gap_and_stop_together(
    tmp_path: Path, url: str
) -> None:
    sources, first = [rest_source("spine", url, claims=AUTHORITY)], two_free_ports()
    shown = {"server__workers": 2, "metrics__port": first}
    async with served(tmp_path, sources, **shown) as gateway:
        await serve_so_many(gateway, 2)
        got = await receipts(gateway, 30)
        assert len(workers_of(gateway)) == 2
        assert ports_told(gateway) == [first, first + 1]
        assert await answered_at(gateway, first) + await answered_at(gateway, first + 1) == 30
        assert await gateway.stop() == 0
    entries = logged(tmp_path / "state")
    assert Counter(entry["kind"] for entry in entries) == {"INTENT": 30, "RELEASE": 30}
    assert {each["queryId"] for each in got} == {entry["query_id"] for entry in entries}
    assert all(entries[int(each["index"])]["query_id"] == each["queryId"] for each in got)


async def test_who_is_told_to_stop_while_workers_begin_leaves_none_behind(
    tmp_path: Path, url: str
) -> None:
    sources = [rest_source("spine", url, claims=AUTHORITY)]
    async with served(tmp_path, sources, server__workers=4) as gateway:
        begun = workers_of(gateway)  # the first serves, and another begins
        await gateway.stop()
        assert not are_there(begun)
    assert sum('"serving"' in line for line in gateway.said) < 4


async def test_a_killed_worker_is_begun_again_and_all_end_with_the_process_that_watches_them(
    tmp_path: Path, url: str
) -> None:
    sources = [rest_source("spine", url, claims=AUTHORITY)]
    async with served(tmp_path, sources, server__workers=2) as gateway:
        await serve_so_many(gateway, 2)
        killed, _ = workers_of(gateway)
        os.kill(killed, signal.SIGKILL)
        await serve_so_many(gateway, 3)
        await receipts(gateway, 10)
        assert killed not in workers_of(gateway)
        left = workers_of(gateway)
        gateway.process.kill()

        async def have_ended() -> bool:
            return not are_there(left)

        await until(have_ended)
    ended = [json.loads(line) for line in gateway.said if '"worker_ended"' in line]
    assert [each["status"] for each in ended] == [-signal.SIGKILL]
