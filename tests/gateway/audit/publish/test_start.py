"""A gateway starts at once on a long log, serves no altered one for long, and no shorter one."""

import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.audit.log.embedded import AuditLog
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import Trust
from gateway.model.errors import ConfigurationInvalid
from tests.support.audit.altered import AlteredLog
from tests.support.audit.pruned import fill
from tests.support.audit.publishing import ORIGIN
from tests.support.audit.signing import new_log_key, open_as_gateway
from tests.support.edge import Edge, edge
from tests.support.gateway.readiness import failing
from tests.support.gateway.reloading import until
from tests.support.verify.witnessed import new_witness, serving_witness

LOG = "audit.sqlite"


@asynccontextmanager
async def begun(folder: Path, **settings: Any) -> AsyncIterator[Edge]:
    """A gateway in a folder that another one may have left."""
    for name in ("manifests", "documents", "secrets"):
        shutil.rmtree(folder / name, ignore_errors=True)
    async with edge(folder, **settings) as gateway:
        yield gateway


async def test_a_gateway_stops_once_it_hashed_an_altered_entry_again(tmp_path: Path) -> None:
    async with begun(tmp_path) as gateway:
        assert (await gateway.send()).status == 200
    await AlteredLog(tmp_path, name=LOG).alter(
        "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE idx = 1) WHERE idx = 0"
    )
    async with begun(tmp_path) as gateway:

        async def stopped() -> bool:
            return (await gateway.send()).status == 503

        await until(stopped)
        refused = await gateway.send()
        assert refused.code == "LOG_ALTERED"
        assert "entry 0" in refused.message
        await failing(gateway.town, "history")


async def test_an_older_copy_of_the_log_starts_no_gateway_and_says_what_to_do(
    tmp_path: Path,
) -> None:
    async with begun(tmp_path) as gateway:
        await gateway.send()
    backup = shutil.copy(tmp_path / "state" / LOG, tmp_path / "backup")
    async with begun(tmp_path) as gateway:
        await gateway.send()
    shutil.copy(backup, tmp_path / "state" / LOG)
    with pytest.raises(ConfigurationInvalid, match=r"were signed.*docs/operate/log-loss\.md"):
        async with begun(tmp_path):
            pass


async def test_an_older_copy_of_all_the_gateway_has_is_stopped_by_its_witness(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    log = VerifierKey.read(await new_log_key(state, ORIGIN))
    witness = new_witness(tmp_path, now=lambda: int(time.time()))
    async with serving_witness(replace(witness, logs={log.name: log})) as there:
        listed = [f"{there} {witness.cosigner.verifier_key}"]
        asked: dict[str, Any] = {"witnesses__trusted": listed, "witnesses__quorum": 1}
        async with begun(tmp_path, **asked) as gateway:
            assert (await gateway.send()).status == 200
        shutil.copytree(state, tmp_path / "backup")
        async with begun(tmp_path, **asked) as gateway:
            assert (await gateway.send()).status == 200
        shutil.rmtree(state)
        shutil.copytree(tmp_path / "backup", state)
        async with begun(tmp_path, **asked) as gateway:
            refused = await gateway.send()
            assert (refused.status, refused.code) == (503, "LOG_DISPUTED")
            assert gateway.agency_server.asked == []


async def test_a_receipt_of_a_lost_entry_still_proves_it(tmp_path: Path) -> None:
    async with begun(tmp_path) as gateway:
        await gateway.send()
        publication = gateway.town.pipeline.publication
        (intent,) = await publication.log.entries(0, 1)
        receipt = await publication.proof(0, leaf=intent.leaf)
        key = VerifierKey.read(publication.signer.verifier_key)
    shutil.rmtree(tmp_path / "state")
    proved = ReceiptProof.read(receipt.encode()).check(Trust(key))
    assert (proved.index, proved.leaf) == (0, intent.leaf)


async def test_a_gateway_years_from_its_log_says_so_and_answers(tmp_path: Path) -> None:
    async with begun(tmp_path) as gateway:
        await gateway.send()
    state = tmp_path / "state"
    async with open_as_gateway(await AuditLog.open(state / LOG), state, ORIGIN) as log:
        await fill(log, 3, 0)
    with capture_logs() as told:
        async with begun(tmp_path) as gateway:
            assert (await gateway.send()).status == 200
    assert [each["than"] for each in told if each["event"] == "clock_apart"] == [
        "the log's last entry"
    ]


async def test_a_gateway_tells_when_all_of_its_log_was_hashed_again(tmp_path: Path) -> None:
    async with begun(tmp_path) as gateway:
        await gateway.send()
    with capture_logs() as told:
        async with begun(tmp_path):

            async def hashed() -> bool:
                return any(each["event"] == "log_rechecked" for each in told)

            await until(hashed)
    assert "log_corrupt" not in {each["event"] for each in told}
