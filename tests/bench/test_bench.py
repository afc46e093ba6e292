"""The bench measures what it says: so many questions, so many at once, of answers that long."""

import asyncio
import json
from pathlib import Path

import pytest

from bench.audit.disk import durable_write_ms
from bench.audit.long_log import ORIGIN, LongLog
from bench.processes.gateway_process import gateway_process
from bench.processes.load import AnswerWrongError, check
from bench.processes.volley import volley
from bench.processes.worker import working
from bench.town.files import Limits, write_town
from bench.town.question import FIRST_SCREEN, FIRST_SCREENS, NUMBERS, OUTCOMES, body_of
from bench.town.record import answer_of
from gateway.audit.opening import LOG_KEY
from gateway.audit.publish.local_signer import local_signer
from gateway.audit.store.sqlite_check import check_log
from gateway.audit.tree.proved import CheckedState
from gateway.config.state_folder import LOG_FILE


async def test_a_volley_asks_as_often_as_told_and_never_more_at_once() -> None:
    under_way: list[int] = [0]

    async def ask() -> None:
        under_way.append(under_way[-1] + 1)
        await asyncio.sleep(0)
        under_way.append(under_way[-1] - 1)

    took_s = await volley(ask, 20, 4)
    assert len(took_s) == 20
    assert max(under_way) == 4


@pytest.mark.parametrize("length", [0, 8 * 1024, 64 * 1024])
def test_an_answer_is_as_long_as_asked_for_and_holds_one_child(length: int) -> None:
    answer = answer_of("agency-01", length)
    assert length <= len(answer) < length + 1024
    assert len(json.loads(answer)["children"]) == 1


def test_a_durable_write_takes_some_time(tmp_path: Path) -> None:
    assert durable_write_ms(tmp_path, count=2) > 0


async def test_a_long_log_is_as_a_gateway_left_it(tmp_path: Path) -> None:
    made = LongLog(tmp_path)
    await asyncio.to_thread(made.fill, 2000, lambda _: None)
    async with local_signer(made.state / LOG_KEY, ORIGIN) as signer:
        signed = await signer.remembered()
    assert signed
    seen = check_log(made.state / LOG_FILE, CheckedState(signed.size, signed.root))
    assert (signed.size, seen.unread) == (2000, CheckedState(2000, signed.root))


def test_an_answer_that_is_not_whole_ends_the_bench() -> None:
    row = {"outcome": "TIMEOUT"}
    child = {"answers": [row], "completeness": {"complete": False}}
    with pytest.raises(AnswerWrongError, match="TIMEOUT"):
        check(200, json.dumps({"data": {"child": child}}).encode(), agencies=1)


def test_the_gateway_answers_both_questions_of_the_bench_whole(tmp_path: Path) -> None:
    with working("bench.town.agencies") as agencies, working("bench.processes.load") as load:
        named = ["agency-01", "agency-02"]
        urls = agencies.tell({"agencies": named, "bytes": 0, "delay_ms": 0})
        with gateway_process(write_town(tmp_path, urls)) as gateway:
            before = gateway.cpu_s
            for document in (FIRST_SCREEN, OUTCOMES):
                order = {"url": gateway.url, "headers": gateway.headers, "agencies": 2}
                body = body_of(document, named)
                asked = load.tell({**order, "body": body, "count": 2, "in_flight": 2})
                assert len(asked["took_s"]) == 2
            assert gateway.cpu_s > before
            assert gateway.peak_memory_mib >= gateway.memory_mib > 10


@pytest.mark.parametrize("at_once", [1, 3])
def test_the_gateway_answers_about_three_children_in_one_request(
    tmp_path: Path, at_once: int
) -> None:
    named = ["agency-01", "agency-02"]
    with working("bench.peers.stub") as stub, working("bench.processes.load") as load:
        urls = stub.tell({"open": named})
        limits = {"agency-02": Limits(at_once=at_once)}
        with gateway_process(write_town(tmp_path, urls, limits)) as gateway:
            body = body_of(FIRST_SCREENS, named, NUMBERS[:3])
            order = {"url": gateway.url, "headers": gateway.headers, "agencies": 2, "body": body}
            assert len(load.tell({**order, "count": 2, "in_flight": 1})["took_s"]) == 2
    assert ("post-ids" in (tmp_path / "manifests/agency-02.toml").read_text()) is (at_once > 1)
