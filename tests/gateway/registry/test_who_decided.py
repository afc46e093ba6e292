"""Who decided about a source, and when it last answered, is for those whom it concerns."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.model.caller import Caller
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.gateway.registering import (
    CLINIC,
    GOVERNANCE,
    OPERATOR,
    REGISTRAR,
    approve,
    clinic,
    granted,
    proposal,
    register,
    say,
    suspend,
)
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, Town, small_town

SOURCES = "{ sources { id state decision { user issuer organisation at } health { answeredAt } } }"
BY_FILES = {"user": "operator", "issuer": None, "organisation": "operator", "at": None}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A town with a spine of the operator's files, and a clinic that was approved."""
    async with serving(AgencyServer().answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], replicas__look_every=0.02) as town:
            file = clinic(url)
            await granted(town, file)
            await register(town, proposal(file))
            await approve(town)
            yield town


async def shown(town: Town, caller: Caller) -> dict[str, dict[str, Any]]:
    said = await say(town, caller, SOURCES)
    return {source["id"]: source for source in said.body["data"]["sources"]}


async def test_an_agency_sees_who_approved_its_source_and_who_suspended_it(town: Town) -> None:
    approved = (await shown(town, REGISTRAR))[CLINIC]["decision"]
    assert (approved["user"], approved["organisation"]) == (GOVERNANCE.user, CLINIC)
    assert approved["issuer"] == GOVERNANCE.issuer
    await suspend(town, caller=OPERATOR)
    suspended = (await shown(town, REGISTRAR))[CLINIC]
    assert (suspended["state"], suspended["decision"]["user"]) == ("SUSPENDED", OPERATOR.user)
    assert datetime.fromisoformat(suspended["decision"]["at"]) > datetime.fromisoformat(
        approved["at"]
    )


async def test_what_is_of_the_operators_files_was_decided_by_them(town: Town) -> None:
    assert (await shown(town, OPERATOR))["spine"]["decision"] == BY_FILES


async def test_when_it_last_answered_is_known_once_it_has(town: Town) -> None:
    assert (await shown(town, GOVERNANCE))[CLINIC]["health"]["answeredAt"] is None
    assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"
    answered_at = (await shown(town, GOVERNANCE))[CLINIC]["health"]["answeredAt"]
    assert datetime.fromisoformat(answered_at).tzinfo is not None


async def test_nobody_else_learns_who_decided_or_when_somebody_asked(town: Town) -> None:
    await town.ask()
    everything = await shown(town, PRACTITIONER)
    for source in (*everything.values(), (await shown(town, GOVERNANCE))["spine"]):
        assert source["decision"] is None
        assert source["health"]["answeredAt"] is None
    operator = await shown(town, OPERATOR)
    assert all(source["health"]["answeredAt"] for source in operator.values())


async def test_a_proposal_was_decided_by_nobody_yet(town: Town) -> None:
    await suspend(town)
    assert (await shown(town, OPERATOR))[CLINIC]["decision"]["user"] == GOVERNANCE.user
    async with serving(AgencyServer().answer) as elsewhere:
        await register(town, proposal(clinic(elsewhere)))
    said = await say(town, REGISTRAR, SOURCES)
    (proposed,) = (s for s in said.body["data"]["sources"] if s["state"] == "PROPOSED")
    assert proposed["decision"] is None
