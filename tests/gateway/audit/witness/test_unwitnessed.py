"""A gateway whose witnesses are silent asks nobody; with their signatures it serves."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit.publish.quorum import at_least
from gateway.audit.verify.key import VerifierKey
from gateway.model.errors import ConfigurationInvalid
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.audit.publishing import ORIGIN
from tests.support.audit.signing import new_log_key
from tests.support.gateway.auditors import read
from tests.support.loopback import serving
from tests.support.town import small_town
from tests.support.verify.witnessed import new_witness, serving_witness


async def test_without_its_witness_the_gateway_asks_nobody_and_auditors_still_read(
    tmp_path: Path,
) -> None:
    agency_server = AgencyServer()
    silent = f"http://127.0.0.1:9 {new_witness(tmp_path).cosigner.verifier_key}"
    async with serving(agency_server.answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(
            tmp_path, [source], witnesses__trusted=[silent], witnesses__quorum=1
        ) as town:
            answer = await town.ask()
            looked = await read(town)
    assert answer.status == 503
    assert answer.body["errors"][0]["extensions"]["code"] == "LOG_UNWITNESSED"
    assert agency_server.asked == []
    assert "errors" not in looked.body


@pytest.mark.parametrize(("hours_ago", "status"), [(0, 200), (3.9, 200), (4.1, 503)])
async def test_the_gateway_serves_as_long_as_its_witness_signed_lately(
    tmp_path: Path, hours_ago: float, status: int
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    log = VerifierKey.read(await new_log_key(tmp_path / "state", ORIGIN))
    witness = new_witness(tmp_path, now=lambda: int(time.time() - hours_ago * 3600))
    witness = replace(witness, logs={log.name: log})
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url, serving_witness(witness) as there:
        source = rest_source("spine", url, claims=AUTHORITY)
        listed = [f"{there} {witness.cosigner.verifier_key}"]
        async with small_town(
            tmp_path, [source], witnesses__trusted=listed, witnesses__quorum=1
        ) as town:
            assert (await town.ask()).status == status
            state = await town.pipeline.publication.cosigned(at_least(1))
    assert bool(agency_server.asked) == (status == 200)
    assert state is not None
    assert state.cosigners == (witness.cosigner.name,)


async def test_a_quorum_that_can_never_be_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"witnesses\.quorum"):
        async with small_town(
            tmp_path, [rest_source("spine", "http://127.0.0.1:9")], witnesses__quorum=1
        ):
            pass
