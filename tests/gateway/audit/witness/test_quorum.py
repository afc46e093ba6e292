"""Two of three witnesses: one that lies neither stands in for the others nor stops them."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from gateway.audit.publish.publication import Publication
from gateway.audit.publish.quorum import at_least
from gateway.audit.publish.witness_at import WitnessAt, open_session
from gateway.audit.publish.witness_watch import Patience, WitnessWatch
from gateway.audit.publish.witnesses import Witnessing
from gateway.audit.witness.witness import Witness
from gateway.model.clock import Clock
from gateway.model.errors import TryLater
from tests.support.audit.publishing import ORIGIN, Minutes, publishing, write
from tests.support.audit.signing import copy_key
from tests.support.verify.witnessed import serving_app, serving_witness
from tests.support.verify.witnesses import witness_of

TWO = Patience(quorum=at_least(2), every=60, alarm_after=3600, stop_after=4 * 3600)
YEAR_S = 366 * 86400


@asynccontextmanager
async def three(
    publication: Publication, time: Minutes, honest: list[Witness], liar: Witness
) -> AsyncIterator[WitnessWatch]:
    """The log's watch over the honest witnesses that are there, and the one that lies."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        urls = [await stack.enter_async_context(serving_witness(w)) for w in (*honest, liar)]
        listed = [
            WitnessAt.read(f"{url} {witness.cosigner.verifier_key}")
            for url, witness in zip(urls, (*honest, liar), strict=True)
        ]
        publication.witnesses = tuple(each.key for each in listed)
        yield WitnessWatch(Witnessing(publication, listed, session, time), TWO, Clock(now=time))


def refused(watch: WitnessWatch) -> bool:
    try:
        watch.refuse_unwitnessed()
    except TryLater:
        return True
    return False


async def test_one_that_signs_for_next_year_is_named_and_counts_for_nothing(
    tmp_path: Path,
) -> None:
    time = Minutes()
    async with publishing(tmp_path, 5) as publication:
        one, other, liar = (witness_of(publication, tmp_path, f"w{n}", time) for n in (1, 2, 3))
        liar = replace(liar, now=lambda: int(time().timestamp()) + YEAR_S)
        with capture_logs() as events:
            async with three(publication, time, [one, other], liar) as watch:
                await watch.ask()
                assert not refused(watch)
                checkpoint = await publication.newest()
        assert checkpoint.cosigners == ("w1", "w2")
        assert [(each["event"], each["witness"]) for each in events] == [("witness_ahead", "w3")]
        time.pass_by(241)
        async with three(publication, time, [one], liar) as watch:
            await watch.ask()
            assert refused(watch)


async def test_one_that_signs_every_history_is_not_enough_for_another_one(tmp_path: Path) -> None:
    time = Minutes()
    async with publishing(tmp_path / "log", 9) as publication:
        made = [witness_of(publication, tmp_path, f"w{n}", time) for n in (1, 2, 3)]
        async with three(publication, time, made[:2], made[2]) as watch:
            await watch.ask()
            assert not refused(watch)
    (tmp_path / "w3" / "seen.sqlite").unlink()  # so it signs what it never saw
    await copy_key(tmp_path / "log", tmp_path / "other", ORIGIN)
    async with publishing(tmp_path / "other", 20, user="x.meddler") as rewritten:
        with capture_logs() as events:
            async with three(rewritten, time, made[:2], made[2]) as watch:
                await watch.ask()
                assert refused(watch)
        assert (await rewritten.newest()).cosigners == ("w3",)
    denied = {each["witness"] for each in events if each["event"] == "witness_conflict"}
    assert denied == {"w1", "w2"}


def answering(status: int, text: str) -> Callable[[Request], Response]:
    """An endpoint that always says this."""

    def answer(_: Request) -> Response:
        return Response(text, status, headers={"Location": "http://127.0.0.1:9/"})

    return answer


@pytest.mark.parametrize(
    ("status", "text", "event"),
    [
        (409, "999\n", "witness_denied"),
        (409, "another history of this size was signed\n", "witness_denied"),
        (200, "", "witness_denied"),
        (200, "\N{EM DASH} w1 AAAA\n" * 3000, "witness_denied"),
        (502, "bad gateway", None),
        (429, "later", None),
        (307, "elsewhere", None),
    ],
)
async def test_what_a_witness_says_is_told_from_what_stands_before_it(
    tmp_path: Path, status: int, text: str, event: str | None
) -> None:
    time = Minutes()
    app = Starlette(routes=[Route("/add-checkpoint", answering(status, text), methods=["POST"])])
    async with publishing(tmp_path, 5) as publication, serving_app(app) as url:
        key = witness_of(publication, tmp_path, "w1", time).cosigner.verifier_key
        async with open_session() as session:
            listed = [WitnessAt.read(f"{url} {key}")]
            witnessing = Witnessing(publication, listed, session, time)
            watch = WitnessWatch(witnessing, replace(TWO, quorum=at_least(0)), Clock(now=time))
            with capture_logs() as events:
                await watch.ask()
    assert [each["event"] for each in events] == ([event] if event else [])


async def test_a_witness_that_lost_its_memory_is_told_all_of_it_again(tmp_path: Path) -> None:
    time = Minutes()
    async with publishing(tmp_path, 5) as publication:
        made = [witness_of(publication, tmp_path, f"w{n}", time) for n in (1, 2, 3)]
        async with three(publication, time, made[:2], made[2]) as watch:
            await watch.ask()
            for name in ("w1", "w2"):
                (tmp_path / name / "seen.sqlite").unlink()
            shutil.rmtree(tmp_path / "w3")
            await write(publication.log, 300)
            time.pass_by(300)
            await watch.ask()
            assert not refused(watch)
            assert (await publication.newest()).cosigners == ("w1", "w2", "w3")
