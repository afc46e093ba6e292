"""An agency joins, changes and leaves while questions are answered."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import Claim
from gateway.model.caller import Caller
from tests.support.agencies import AUTHORITY, LOCAL, MIRA, AgencyServer, SourceFile, rest_source
from tests.support.gateway.registering import (
    AUDITOR,
    CLINIC,
    GOVERNANCE,
    OPERATOR,
    REGISTRAR,
    approve,
    clinic,
    entries,
    granted,
    proposal,
    register,
    say,
    seen,
    suspend,
)
from tests.support.loopback import serving
from tests.support.secret_files import write_secret
from tests.support.town import PRACTITIONER, Town, again, small_town


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[Town, SourceFile]]:
    """A town with a spine, and a clinic that is not connected yet."""
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], replicas__look_every=0.02) as town:
            yield town, clinic(url)


async def joined(town: Town, file: SourceFile) -> None:
    await granted(town, file)
    assert (await register(town, proposal(file))).source is not None
    assert (await approve(town)).source is not None


async def test_a_clinic_joins_while_the_gateway_runs(place: tuple[Town, SourceFile]) -> None:
    town, file = place
    assert CLINIC not in (await town.ask()).outcomes
    await granted(town, file)
    proposed = await register(town, proposal(file))
    assert proposed.source == {
        "id": CLINIC,
        "version": 1,
        "state": "PROPOSED",
        "level": "DEPENDABLE",
    }
    assert CLINIC not in (await town.ask()).outcomes
    approved = await approve(town)
    assert approved.source == {"id": CLINIC, "version": 1, "state": "APPROVED"}
    assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"


async def test_each_change_is_in_the_log_by_its_hash_and_never_by_its_text(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await joined(town, file)
    await suspend(town)
    told = await entries(town, "SOURCE_CHANGE")
    assert [entry["user"] for entry in told] == ["it.person", "ig.lead", "ig.lead"]
    sha256 = hashlib.sha256(proposal(file).encode()).hexdigest()
    assert all(
        entry["change"] == {"subject": CLINIC, "version": 1, "sha256": sha256} for entry in told
    )
    assert [entry["justification"] for entry in told] == [None, None, "answers of another child"]
    assert all(entry["agencies"] == [{"agency": CLINIC}] for entry in told)
    (read,) = await entries(town, "CONFIGURATION_CHANGE")
    assert (read["user"], read["change"]["subject"]) == ("o.perator", "configuration")


async def test_a_suspended_source_is_asked_no_more_and_said_not_to_be_connected(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await joined(town, file)
    suspended = await suspend(town)
    assert suspended.source == {"id": CLINIC, "version": 1, "state": "SUSPENDED"}
    answer = await town.ask()
    assert CLINIC not in answer.outcomes
    assert "Agency clinic" in answer.completeness["notConnected"]
    assert (await approve(town)).source == {"id": CLINIC, "version": 1, "state": "APPROVED"}
    assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"


async def test_what_is_wrong_is_named_by_line_and_rule_and_nothing_is_kept(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    wrong = proposal(file).replace("records = ", "recods = ").replace('"9000000009"', '"Zoë Quill"')
    said = await register(town, wrong)
    assert said.source is None
    assert "did you mean records?" in said.failed["manifest is valid"]
    assert "line 43" in said.failed["manifest is valid"]
    assert "Quill" not in str(said.body)
    assert await seen(town, OPERATOR) == {"spine/1": "APPROVED"}


async def test_an_example_with_a_number_that_may_be_somebodys_is_not_kept(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    said = await register(town, proposal(file).replace("9000000009", "4010232137"))
    assert said.source is None
    assert "use one kept for tests" in said.failed["every example is read as it expects"]
    assert await seen(town, OPERATOR) == {"spine/1": "APPROVED"}


async def test_rules_about_another_agency_are_not_kept(place: tuple[Town, SourceFile]) -> None:
    town, file = place
    rules = """@id("all") permit (principal, action == Action::"release",
        resource in Source::"spine");"""
    said = await register(town, proposal(file), rules=rules)
    assert said.source is None
    assert "not its agency's own" in said.failed["its rules keep to its own agency's sources"]


async def test_without_examples_a_source_is_proposed_and_not_approved(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await granted(town, file)
    said = await register(town, proposal(file, examples=""))
    assert said.source is not None
    refused = await approve(town)
    assert refused.source is None
    assert "every operation has an example" in refused.failed
    assert CLINIC not in (await town.ask()).outcomes


async def test_what_the_operator_grants_no_more_is_not_approved(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    before = town.settings.files.operator.read_text()
    await granted(town, file)
    await register(town, proposal(file))
    town.settings.files.operator.write_text(before)
    await say(town, OPERATOR, "mutation { reload }")
    refused = await approve(town)
    assert refused.source is None
    assert "[[grant]]" in refused.failed["the operator grants it to its agency"]
    assert CLINIC not in (await town.ask()).outcomes


async def test_whoever_guesses_ids_learns_nothing_of_what_others_have(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await granted(town, file)
    await joined(town, file)
    other = replace(REGISTRAR, organisation="north")
    mine = proposal(file).replace('agency = "clinic"', 'agency = "north"')
    said = [
        (await register(town, mine.replace('id = "clinic"', f'id = "{guess}"'), other)).body
        for guess in ("clinic", "spine", "nobodys")
    ]
    assert said[0] == said[1] == said[2]
    assert said[0]["data"]["registerSource"]["source"] is None
    assert "no [[grant]]" in str(said[0])


async def test_a_version_that_cannot_be_opened_leaves_the_one_before_in_force(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await joined(town, file)
    secretive = proposal(file).replace(
        'scheme = "none"', 'scheme = "bearer"\ntoken = { file = "token" }'
    )
    assert (await register(town, secretive)).source is not None
    refused = await approve(town, version=2)
    assert refused.source is None
    assert "token cannot be read" in refused.failed["it can be opened here"]
    assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"
    assert await seen(town, GOVERNANCE) == {
        "clinic/1": "APPROVED",
        "clinic/2": "PROPOSED",
        "spine/1": "APPROVED",
    }


async def test_every_version_is_kept_and_an_earlier_one_may_come_back(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await joined(town, file)
    await register(town, proposal(file.with_(duty="222")))
    assert (await approve(town, version=2)).source is not None
    telephone = (await town.ask()).rows[CLINIC]["ring"]["telephone"]
    assert telephone.endswith("222")
    assert (await approve(town, version=1)).source == {
        "id": CLINIC,
        "version": 1,
        "state": "APPROVED",
    }
    telephone = (await town.ask()).rows[CLINIC]["ring"]["telephone"]
    assert telephone.endswith("100")


async def _registers(town: Town, file: SourceFile, caller: Caller) -> Any:
    return await register(town, proposal(file), caller)


async def _approves(town: Town, _: SourceFile, caller: Caller) -> Any:
    return await approve(town, caller=caller)


async def _suspends(town: Town, _: SourceFile, caller: Caller) -> Any:
    return await suspend(town, caller=caller)


async def _reloads(town: Town, _: SourceFile, caller: Caller) -> Any:
    return await say(town, caller, "mutation { reload }")


@pytest.mark.parametrize(
    ("does", "caller"),
    [
        (_registers, PRACTITIONER),
        (_registers, GOVERNANCE),
        (_approves, REGISTRAR),
        (_approves, OPERATOR),
        (_suspends, REGISTRAR),
        (_suspends, PRACTITIONER),
        (_reloads, GOVERNANCE),
        (_reloads, AUDITOR),
    ],
)
async def test_whoever_may_not_is_told_so_and_the_log_as_well(
    place: tuple[Town, SourceFile], does: Any, caller: Caller
) -> None:
    town, file = place
    await register(town, proposal(file))
    said = await does(town, file, caller)
    assert said.code in {"SOURCE_NOT_ALLOWED", "RELOAD_NOT_ALLOWED"}
    (refused,) = await entries(town, "REFUSAL")
    assert refused["user"] == caller.user


@pytest.mark.parametrize("does", [_registers, _approves, _suspends])
async def test_another_agency_changes_nothing(place: tuple[Town, SourceFile], does: Any) -> None:
    town, file = place
    await joined(town, file)
    caller = replace(
        GOVERNANCE, roles=GOVERNANCE.roles | REGISTRAR.roles, organisation="another-clinic"
    )
    assert (await does(town, file, caller)).code == "SOURCE_NOT_ALLOWED"
    assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"


async def test_nobody_approves_what_they_registered_themselves(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    both = replace(REGISTRAR, roles=REGISTRAR.roles | GOVERNANCE.roles)
    await granted(town, file)
    await register(town, proposal(file), both)
    assert (await approve(town, caller=both)).code == "SOURCE_NOT_ALLOWED"
    assert (await approve(town)).source is not None


async def test_without_a_token_nothing_is_registered(place: tuple[Town, SourceFile]) -> None:
    town, _ = place
    answer = await town.post({"query": "mutation { reload }"}, {})
    assert answer.status == 401


async def test_a_proposal_is_seen_by_its_agency_and_by_operators_alone(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await granted(town, file)
    await register(town, proposal(file))
    assert await seen(town, PRACTITIONER) == {"spine/1": "APPROVED"}
    assert (await seen(town, GOVERNANCE))["clinic/1"] == "PROPOSED"
    assert (await seen(town, OPERATOR))["clinic/1"] == "PROPOSED"


async def test_an_operator_is_told_that_the_folder_has_a_source_already(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    taken = proposal(file).replace('id = "clinic"', 'id = "spine"')
    said = await register(town, taken, OPERATOR)
    assert said.source is None
    assert "the operator's folder has this source" in str(said.failed)


async def test_a_source_of_the_folder_can_be_suspended_and_approved_again(
    place: tuple[Town, SourceFile],
) -> None:
    town, _ = place
    assert (await suspend(town, "spine", OPERATOR)).source is not None
    assert (await town.ask()).outcomes["spine"] == "UNAVAILABLE"
    spine = replace(GOVERNANCE, organisation="spine")
    said = await say(
        town,
        spine,
        'mutation { approveSource(id: "spine", version: 1)'
        " { source { id version state } findings { rule passed message } } }",
    )
    assert said.source == {"id": "spine", "version": 1, "state": "APPROVED"}
    assert (await town.ask()).outcomes["spine"] == "HAS_RECORD"


async def test_if_the_log_cannot_be_written_nothing_changes(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await joined(town, file)
    log = town.settings.files.state / "audit.sqlite"
    log.rename(log.with_name("away"))
    assert (await suspend(town)).code == "LOG_UNAVAILABLE"
    log.with_name("away").rename(log)
    assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"


async def test_what_was_approved_is_in_force_after_a_restart(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], replicas__look_every=0.02) as town:
            await joined(town, clinic(url))
            settings = town.settings
        async with again(settings) as town:
            assert (await town.ask()).outcomes[CLINIC] == "HAS_RECORD"
            assert await seen(town, PRACTITIONER) == {
                "clinic/1": "APPROVED",
                "spine/1": "APPROVED",
            }


async def test_a_secret_that_has_gone_makes_a_source_unavailable_and_not_absent(
    tmp_path: Path,
) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], replicas__look_every=0.02) as town:
            token = write_secret(town.settings.files.secrets, CLINIC, "token", "t")
            file = clinic(url, auth='scheme = "bearer"\ntoken = { file = "token" }')
            await joined(town, file)
            settings = town.settings
        token.unlink()
        async with again(settings) as town:
            row = (await town.ask()).rows[CLINIC]
    assert (row["outcome"], row["complete"]) == ("UNAVAILABLE", False)


async def test_sensitive_services_are_seen_as_sources_by_their_own_agency_alone(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    sensitive = proposal(file).replace('effects = "none"', 'effects = "none"\nsensitive = true')
    await granted(town, file)
    await register(town, sensitive)
    assert (await approve(town)).source is not None
    assert await seen(town, PRACTITIONER) == {"spine/1": "APPROVED"}
    assert (await seen(town, GOVERNANCE))["clinic/1"] == "APPROVED"


async def test_suspending_who_knows_of_a_shield_unshields_nobody(tmp_path: Path) -> None:
    spine_server, care_server = (
        AgencyServer(),
        AgencyServer(children=({**MIRA, "restricted": "Y"},)),
    )
    async with serving(spine_server.answer) as spine, serving(care_server.answer) as care:
        authority = LOCAL | {Claim.SHIELD_AUTHORITY}
        sources = [
            rest_source("spine", spine, claims=AUTHORITY),
            rest_source("care", care, claims=authority),
        ]
        async with small_town(tmp_path, sources, replicas__look_every=0.02) as town:
            await suspend(town, "care", OPERATOR)
            answer = await town.ask()
            again_suspended = await suspend(town, "care", OPERATOR)
    assert care_server.asked == []
    assert answer.completeness["complete"] is False
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"
    assert again_suspended.code == "SOURCE_UNKNOWN"
