"""Whoever may register a source may not harm the gateway, nor approve alone, nor read others'."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.agencies import AUTHORITY, AgencyServer, SourceFile, rest_source
from tests.support.gateway.registering import (
    CLINIC,
    GOVERNANCE,
    OPERATOR,
    REGISTRAR,
    SUSPEND,
    approve,
    clinic,
    granted,
    proposal,
    register,
    say,
    seen,
)
from tests.support.loopback import serving
from tests.support.town import Town, small_town

BEARABLE = "it can be read within the limits of time, memory and depth"
LINTED = "its rules keep to its own agency's sources"
VALID = "manifest is valid"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[Town, SourceFile]]:
    """A town with a spine, and a clinic that is not connected yet."""
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], replicas__look_every=0.02) as town:
            yield town, clinic(url)


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(
    ("condition", "broken"),
    [("(" * 9000 + "true" + ")" * 9000, BEARABLE), ("!" * 20_000 + "true", LINTED)],
    ids=["nested", "negated"],
)
async def test_rules_that_break_their_reader_break_no_gateway(
    place: tuple[Town, SourceFile], condition: str, broken: str
) -> None:
    town, file = place
    rules = f"permit (principal, action, resource) when {{ {condition} }};"
    said = await register(town, proposal(file), rules=rules)
    assert said.source is None
    assert broken in said.failed
    assert await seen(town, OPERATOR) == {"spine/1": "APPROVED"}


@pytest.mark.usefixtures("apart")
async def test_a_mapping_that_grows_without_end_is_refused_by_its_line(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    growing = "[@,@]" + "|[@,@][]" * 8
    said = await register(town, proposal(file).replace('upn = "upn"', f'upn = "{growing}"'))
    assert said.source is None
    assert set(said.failed) == {VALID}
    assert "map.upn: it may hold what it reads" in said.failed[VALID]


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(
    "manifest",
    [
        "x = " + "[" * 5000,
        "x = " + "9" * 5000,
        "[" + ".".join("a" * 20_000) + "]",
        "x = " + "{a=" * 3000,
    ],
)
async def test_a_manifest_that_nobody_could_read_is_said_to_be_one(
    place: tuple[Town, SourceFile], manifest: str
) -> None:
    town, _ = place
    said = await register(town, manifest)
    assert said.source is None
    assert said.failed


@pytest.mark.usefixtures("apart")
async def test_nobody_approves_through_another_organisation_what_they_registered(
    place: tuple[Town, SourceFile],
) -> None:
    town, file = place
    await granted(town, file)
    await register(town, proposal(file), replace(OPERATOR, user=GOVERNANCE.user))
    assert (await approve(town)).code == "SOURCE_NOT_ALLOWED"
    other = replace(GOVERNANCE, user="another.lead")
    assert (await approve(town, caller=other)).source is not None


async def test_a_registrar_sends_no_more_in_a_minute_than_others_ask(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], limits__questions_per_minute=1) as town:
            said = [await register(town, "x") for _ in range(4)]
    assert "TOO_MANY_QUESTIONS" in {one.code for one in said if "errors" in one.body}


async def test_a_source_reads_no_secret_of_one_whose_id_begins_like_its_own(
    place: tuple[Town, SourceFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, file = place
    monkeypatch.setenv("TEAMAROUND_SOURCE_CLINIC_NORTH_TOKEN", "theirs")
    name = "TEAMAROUND_SOURCE_CLINIC_NORTH_TOKEN"
    greedy = replace(file, auth=f'scheme = "bearer"\ntoken = {{ env = "{name}" }}')
    with town.settings.files.operator.open("a") as operator:
        operator.write('[[grant]]\nsource = "clinic-north"\nagency = "north"\norigins = []\n')
    await granted(town, file)
    await register(town, proposal(greedy))
    refused = await approve(town)
    assert refused.source is None
    told = refused.failed["it can be opened here"]
    await register(town, proposal(greedy).replace("_NORTH_", "_SOUTH_"))
    unset = (await approve(town, version=2)).failed["it can be opened here"]
    assert told == unset.replace("_SOUTH_", "_NORTH_")  # nor learns that there is such a source


async def test_a_reason_that_is_too_long_is_refused_with_its_limit(
    place: tuple[Town, SourceFile],
) -> None:
    town, _ = place
    said = await say(town, OPERATOR, SUSPEND, id="spine", reason="x" * 10_000)
    assert said.code == "JUSTIFICATION_TOO_LONG"
    assert await seen(town, REGISTRAR) == {"spine/1": "APPROVED"}
    assert CLINIC not in await seen(town, OPERATOR)
