"""A source joins a running gateway from a terminal."""

from pathlib import Path

from gateway.model.caller import Caller
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.gateway.registering import (
    CLINIC,
    GOVERNANCE,
    OPERATOR,
    REGISTRAR,
    REPLIES,
    clinic,
    granted,
    proposal,
)
from tests.support.gateway.terminal import typed
from tests.support.loopback import serving
from tests.support.town import Town, small_town


async def row_of(source: str, town: Town, folder: Path, caller: Caller) -> tuple[int, str]:
    """The exit status of `source list`, and what the source's row begins with."""
    status, said = await typed(town, folder, caller, "source", "list")
    (row,) = (line.split() for line in said.splitlines() if line.startswith(source))
    return status, " ".join(row[:6])


async def test_a_source_joins_and_leaves_from_a_terminal(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], replicas__look_every=0.02) as town:
            file = clinic(url)
            await granted(town, file)
            manifest = tmp_path / "clinic.toml"
            manifest.write_text(proposal(file))
            for reply in REPLIES:
                (tmp_path / reply["name"]).write_text(reply["content"])
            status, said = await typed(town, tmp_path, REGISTRAR, "source", "add", str(manifest))
            assert (status, "clinic version 1: PROPOSED" in said) == (0, True), said
            approving = ("source", "approve", CLINIC, "--version", "1")
            assert (await typed(town, tmp_path, REGISTRAR, *approving))[0] == 2
            status, said = await typed(town, tmp_path, GOVERNANCE, *approving)
            assert (status, "clinic version 1: APPROVED" in said) == (0, True), said
            assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"
            listed = (0, f"clinic 1 approved {GOVERNANCE.user} of {GOVERNANCE.organisation}")
            assert await row_of(CLINIC, town, tmp_path, GOVERNANCE) == listed
            by_files = (0, "spine 1 approved operator of operator")
            assert await row_of("spine", town, tmp_path, OPERATOR) == by_files
            suspending = ("source", "suspend", CLINIC, "--reason", "moving")
            assert (await typed(town, tmp_path, GOVERNANCE, *suspending))[0] == 0
            assert CLINIC not in (await town.ask()).outcomes
            status, said = await typed(town, tmp_path, OPERATOR, "reload")
            assert (status, "generation 4" in said) == (0, True), said
