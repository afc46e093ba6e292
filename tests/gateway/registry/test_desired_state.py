"""A source that no question reaches does not come into force: its agency would stand nowhere."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from adapters.contract.codes import Claim
from gateway.config.settings import Settings
from gateway.model.errors import ConfigurationInvalid
from gateway.registry.desired_state import DesiredState, LedgerFacts, desired_state_of
from gateway.registry.files import read_folder
from gateway.registry.ledger.record import LedgerHead
from tests.support.agencies import AUTHORITY, HOME, AgencyServer, SourceFile, rest_source
from tests.support.gateway.registering import CLINIC, approve, clinic, granted, proposal, register
from tests.support.loopback import serving
from tests.support.plain_sources import file_of
from tests.support.town import settings_for, small_town


def state_of(folder: Path, sources: Iterable[SourceFile], **changes: str) -> DesiredState:
    """What would be in force by these files, after words of the operator's file were changed."""
    settings: Settings = settings_for(folder, sources)
    text = settings.files.operator.read_text()
    for old, new in changes.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    settings.files.operator.write_text(text)
    return desired_state_of(read_folder(settings.files, None), LedgerHead(), LedgerFacts({}, {}))


SPINE = file_of("spine", claims=AUTHORITY)


def refused(folder: Path, *sources: SourceFile, **changes: str) -> str:
    with pytest.raises(ConfigurationInvalid) as said:
        state_of(folder, [SPINE, *sources], **changes)
    return str(said.value)


def test_a_source_without_areas_that_is_not_national_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, file_of("school", areas=()))
    file = tmp_path / "manifests" / "school.toml"
    assert re.match(rf"{re.escape(str(file))}:\d+: agency\.areas: it serves no area", said)
    assert HOME in said


def test_a_claim_to_be_national_that_is_not_granted_is_none(tmp_path: Path) -> None:
    # The operator's file says another claim where the manifest says national.
    said = refused(tmp_path, national="population")
    assert re.search(r"spine\.toml:\d+: agency\.areas: it serves no area", said)


@pytest.mark.parametrize("areas", [("E09990077",), (HOME, "E09990077")])
def test_an_area_that_the_operator_does_not_have_is_named(
    tmp_path: Path, areas: tuple[str, ...]
) -> None:
    said = refused(tmp_path, file_of("school", areas=areas), E09990077="E09990078")
    assert re.search(r"school\.toml:\d+: agency\.areas: .* no \[\[area\]\] of code E0999007", said)


def test_one_source_of_an_agency_may_leave_its_areas_to_the_other(tmp_path: Path) -> None:
    north = file_of("north", agency="council")
    south = file_of("south", agency="council", areas=())
    assert len(state_of(tmp_path, [SPINE, north, south]).held) == 3


def test_every_source_that_is_reached_is_held(tmp_path: Path) -> None:
    clinic_file = file_of("clinic", claims=AUTHORITY - {Claim.NATIONAL})
    assert {h.id for h in state_of(tmp_path, [SPINE, clinic_file]).held} == {"spine", "clinic"}


async def test_a_source_that_nobody_reaches_is_not_approved(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine]) as town:
            file = clinic(url, areas=())
            await granted(town, file)
            assert (await register(town, proposal(file))).source is not None
            said = await approve(town)
            outcomes = (await town.ask()).outcomes
    assert said.source is None
    assert re.search(rf"{CLINIC}:\d+: agency\.areas", str(said.failed))
    assert CLINIC not in outcomes
