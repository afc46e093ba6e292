"""Auditors fetch the published log with any tool; nobody else gets a byte of it."""

import asyncio
from pathlib import Path

import pytest
from tlog_scales.reader import TilesReader

from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.audit.verify.state import Trust
from gateway.model.caller import Caller
from tests.support.audit.publishing import write
from tests.support.gateway.auditors import AUDITOR, OFFICER, asked_town, read
from tests.support.town import PRACTITIONER, Town


def bearer(town: Town, caller: Caller = AUDITOR) -> str:
    return town.headers(caller)["Authorization"].removeprefix("Bearer ")


async def status(town: Town, path: str, caller: Caller | None = AUDITOR) -> int:
    headers = town.headers(caller) if caller else {}
    async with town.session.get(f"{town.url}/log/{path}", headers=headers) as answer:
        return answer.status


async def test_an_auditor_verifies_the_live_log_over_http(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        publication = town.pipeline.publication
        await write(publication.log, 300)
        place = open_place(f"{town.url}/log/", bearer(town))
        trust = Trust(VerifierKey.read(publication.signer.verifier_key))
        found = await asyncio.to_thread(check_log, place, trust)
        again = await asyncio.to_thread(check_log, place, trust, [found.state])
    assert found.state.size == 302
    assert again.state.size > 302  # reading the entries is in the log too


class Served:
    """tlog-scales' way to a log, with an auditor's token."""

    def __init__(self, url: str, token: str) -> None:
        self._place = open_place(url, token)

    def get(self, *path: str) -> bytes | None:
        return self._place("/".join(path))


async def test_an_independent_reader_walks_the_live_log(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        await write(town.pipeline.publication.log, 300)
        reader = TilesReader(Served(f"{town.url}/log", bearer(town)))
        checkpoint = await asyncio.to_thread(reader.get_checkpoint)
        assert await asyncio.to_thread(reader.calculate_root_hash) == checkpoint.root_hash


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "tile/x"])
async def test_nobody_but_an_auditor_gets_a_byte(tmp_path: Path, path: str) -> None:
    async with asked_town(tmp_path) as town:
        assert await status(town, path, None) == 401
        assert await status(town, path, PRACTITIONER) == 403
        assert await status(town, path, OFFICER) == 403
        refused = await read(town, filter={"kind": "REFUSAL"})
        assert "p.officer" in refused.text
        with pytest.raises(Unreadable, match="401"):
            await asyncio.to_thread(open_place(f"{town.url}/log"), path)


@pytest.mark.parametrize(
    "path", ["tile/0/001", "tile/0/000.p/200", "tile/entries/000", "tile/7/000"]
)
async def test_what_is_not_published_yet_is_not_there(tmp_path: Path, path: str) -> None:
    async with asked_town(tmp_path) as town:
        assert await status(town, "checkpoint") == 200
        assert await status(town, path) == 404


async def test_no_entry_is_served_before_it_is_signed_for(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        assert await status(town, "tile/entries/000.p/1") == 404
        assert await status(town, "checkpoint") == 200
        assert await status(town, "tile/entries/000.p/1") == 200
