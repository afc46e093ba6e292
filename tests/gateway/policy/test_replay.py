"""A change of rules is held to questions that were really asked, and tells of nobody."""

import asyncio
from dataclasses import replace
from pathlib import Path

import orjson
from typer.testing import CliRunner, Result

from gateway.audit.entry.entry import AuditedAgency, Entry
from gateway.cli.main import app
from gateway.policy.replay import PastQuestion
from resolvers.outcome import Outcome
from tests.support.agencies import MIRA, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.served_gateway import settings_file
from tests.support.town import Town, small_town

NO_NAMES = (
    '@id("no-names") forbid (principal, action == Action::"release", resource in Source::"roll")'
    ' when { resource.class == Class::"IDENTITY" && principal.sector == Sector::"SOCIAL_CARE" };'
)


def compared(town: Town, folder: Path, cedar: str) -> Result:
    after = folder / "after"
    after.mkdir()
    (after / "roll.toml").write_text((folder / "manifests" / "roll.toml").read_text())
    if cedar:
        (after / "roll.cedar").write_text(cedar)
    settings = settings_file(folder, town.settings)
    arguments = ["policy", "diff", str(folder / "manifests"), str(after), "--past", str(settings)]
    return CliRunner().invoke(app, arguments)


async def asked_twice(folder: Path) -> Town:
    async with (
        serving(AgencyServer().answer) as url,
        small_town(folder, [rest_source("roll", url)]) as town,
    ):
        await town.ask()
        await town.ask()
        return town


def test_a_forbid_is_told_with_how_many_questions_it_would_have_touched(tmp_path: Path) -> None:
    town = asyncio.run(asked_twice(tmp_path))
    told = compared(town, tmp_path, NO_NAMES)
    assert told.output == (
        "roll: SOCIAL_CARE practitioner for SAFEGUARDING: -IDENTITY (2 past questions)\n"
    )
    assert told.exit_code == 1


def test_a_question_is_replayed_at_the_agencies_that_it_was_for_and_not_at_those_that_heard_of_it(
    tmp_path: Path,
) -> None:
    town = asyncio.run(asked_twice(tmp_path))
    leaf = next(e for e in logged(town.settings.files.state) if e["kind"] == "INTENT")
    intent = Entry.read(orjson.dumps(leaf))
    told = AuditedAgency("housing", Outcome.NOT_ASKED)
    past = PastQuestion.of(replace(intent, agencies=(*intent.agencies, told)))
    assert past is not None
    assert past.asked == {"roll"}


def test_the_log_says_what_the_asker_was_and_the_comparison_names_nobody(tmp_path: Path) -> None:
    town = asyncio.run(asked_twice(tmp_path))
    intents = [e for e in logged(town.settings.files.state) if e["kind"] == "INTENT"]
    told = compared(town, tmp_path, "")
    assert intents[0]["standing"]["sector"] == "SOCIAL_CARE"
    assert intents[0]["standing"]["roles"] == ["practitioner"]
    others = [e for e in logged(town.settings.files.state) if e["kind"] != "INTENT"]
    assert others
    assert not any("standing" in entry for entry in others)
    assert (told.output, told.exit_code) == ("nothing changes\n", 0)
    assert not any(word in told.output for word in ("s.worker", MIRA["nhs"], "worried"))
