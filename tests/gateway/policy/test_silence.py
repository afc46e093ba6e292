"""A silent rule covers a source alike for every child: its row tells nothing, nobody asks it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import Answer, Town, small_town

SILENT = """
[[withhold]]
from = { sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }
"""
RESTRICTED = {**MIRA, "restricted": "Y"}


@asynccontextmanager
async def town_with_a_clinic(
    folder: Path, spine: AgencyServer, clinic: AgencyServer
) -> AsyncIterator[Town]:
    """Demographics, and a clinic that keeps to itself what it has from this caller."""
    async with serving(spine.answer) as where, serving(clinic.answer) as url:
        quiet = rest_source("clinic", url)
        sources = [
            rest_source("spine", where, claims=AUTHORITY),
            quiet.with_(operations=quiet.operations + SILENT),
        ]
        async with small_town(folder, sources) as town:
            yield town


async def asked(folder: Path, *, held: bool, spine: Any = MIRA) -> tuple[Answer, AgencyServer]:
    """Ask about a child whom the clinic holds, or does not."""
    clinic = AgencyServer() if held else AgencyServer(children=())
    async with town_with_a_clinic(folder, AgencyServer(children=(spine,)), clinic) as town:
        return await town.ask(), clinic


@pytest.mark.parametrize("held", [True, False])
async def test_a_silent_source_is_not_asked_whoever_the_child(tmp_path: Path, held: bool) -> None:  # noqa: FBT001
    answer, clinic = await asked(tmp_path, held=held)
    assert clinic.asked == []
    assert answer.outcomes["clinic"] == "NOTHING_TO_SHARE"
    assert answer.rows["clinic"]["withheld"] == []
    assert answer.completeness["complete"] is False


async def test_its_row_is_the_same_bytes_for_every_child(tmp_path: Path) -> None:
    told = set()
    for at, (held, spine) in enumerate([(True, MIRA), (False, MIRA), (True, RESTRICTED)]):
        (tmp_path / str(at)).mkdir()
        answer, _ = await asked(tmp_path / str(at), held=held, spine=spine)
        told.add(json.dumps(answer.rows["clinic"]))
    assert len(told) == 1


async def test_a_silent_class_of_an_open_source_is_absent_without_a_trace(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        quiet = SILENT + 'classes = ["LOCATION"]\n'
        sources = [spine.with_(operations=spine.operations + quiet)]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask()
    assert answer.outcomes["spine"] == "HAS_RECORD"
    assert answer.child_answer["child"]["addresses"] == []
    assert "LOCATION" not in answer.text


async def test_a_rule_in_cedar_beside_the_manifest_counts(tmp_path: Path) -> None:
    no_homes = (
        '@id("no-homes") @message("ask the family")'
        ' forbid (principal, action == Action::"release", resource in Source::"spine")'
        ' when { resource.class == Class::"LOCATION" };'
    )
    async with serving(AgencyServer().answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY, cedar=no_homes)
        async with small_town(tmp_path, [spine]) as town:
            answer = await town.ask()
    kept = {w["releaseClass"]: w["message"] for w in answer.rows["spine"]["withheld"]}
    assert answer.child_answer["child"]["addresses"] == []
    assert "where the child lives. Ask the family. Ring Agency spine on" in kept["LOCATION"]
