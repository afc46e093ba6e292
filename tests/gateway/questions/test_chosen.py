"""A practitioner may take an unresolved record to be the child's: once, with a reason, logged."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resolvers.matching.version import MATCHER
from tests.support.agencies import AUTHORITY, BY_NAME, BY_NUMBER, MIRA, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.town import KNOWN, PRACTITIONER, Answer, Town, small_town

UNNUMBERED: Mapping[str, Any] = {**MIRA, "id": "niche-7", "nhs": None, "upn": None, "home": None}
NAMED = {**KNOWN, "givenNames": [MIRA["given"]], "familyName": MIRA["family"]}
QUERY = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    answers { agency { id } outcome }
    child { restriction }
    unresolved { key agency { id } grade }
  }
}
"""


@asynccontextmanager
async def town_with(
    folder: Path, held: Mapping[str, Any] = UNNUMBERED, spine: Mapping[str, Any] = MIRA
) -> AsyncIterator[Town]:
    """A demographics service, and a police force that is asked by name."""
    async with (
        serving(AgencyServer((spine,)).answer) as first,
        serving(AgencyServer((held,)).answer) as second,
    ):
        sources = [
            rest_source("spine", first, by=(BY_NUMBER,), claims=AUTHORITY),
            rest_source("police", second, by=(BY_NAME,)),
        ]
        async with small_town(folder, sources) as town:
            yield town


async def asked(town: Town, *keys: str, reason: str = "same coat, same mother") -> Answer:
    chosen = [{"key": key, "reason": reason} for key in keys]
    return await town.ask({**NAMED, "chosen": chosen or None}, query=QUERY)


async def key_for(town: Town) -> str:
    unresolved = (await asked(town)).child_answer["unresolved"]
    assert [candidate["agency"]["id"] for candidate in unresolved] == ["police"]
    found: str = unresolved[0]["key"]
    return found


async def test_a_record_that_was_chosen_is_the_childs_for_that_question_alone(
    tmp_path: Path,
) -> None:
    async with town_with(tmp_path) as town:
        chosen = await asked(town, await key_for(town))
        after = await asked(town)
    assert chosen.outcomes["police"] == "HAS_RECORD"
    assert chosen.child_answer["unresolved"] == []
    assert after.outcomes["police"] == "AMBIGUOUS"


async def test_the_choice_is_on_record_and_its_reason_is_sealed(tmp_path: Path) -> None:
    async with town_with(tmp_path) as town:
        await asked(town, await key_for(town))
    intents = [entry for entry in logged(tmp_path / "state") if entry["kind"] == "INTENT"]
    assert ["CHOSEN" in entry["detail"] for entry in intents] == [False, True]
    assert len(intents[1]["child_pseudonyms"]) == len(intents[0]["child_pseudonyms"]) + 1
    assert {entry["matcher_version"] for entry in intents} == {MATCHER}
    assert "same coat" not in str(intents)


async def test_somebody_elses_key_opens_nothing_and_nobody_is_asked(tmp_path: Path) -> None:
    async with town_with(tmp_path) as town:
        chosen = [{"key": await key_for(town), "reason": "same coat"}]
        other = replace(PRACTITIONER, user="a.nother")
        answer = await town.ask({**NAMED, "chosen": chosen}, caller=other, query=QUERY)
        before = len(logged(tmp_path / "state"))
        await asked(town, "no key at all")
        assert len(logged(tmp_path / "state")) == before
    assert answer.body["errors"][0]["extensions"]["code"] == "VARIABLES_INVALID"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
async def test_a_choice_needs_a_reason_in_words(tmp_path: Path, reason: str) -> None:
    async with town_with(tmp_path) as town:
        answer = await asked(town, await key_for(town), reason=reason)
    code = answer.body["errors"][0]["extensions"]["code"]
    assert code == ("JUSTIFICATION_TOO_LONG" if reason.strip() else "JUSTIFICATION_MISSING")


async def test_choosing_does_not_override_another_birth_date(tmp_path: Path) -> None:
    async with town_with(tmp_path) as town:
        key = await key_for(town)
        chosen = [{"key": key, "reason": "same coat"}]
        other = {**NAMED, "birthDate": "2011-01-07", "chosen": chosen}
        answer = await town.ask(other, query=QUERY)
    assert answer.outcomes["police"] != "HAS_RECORD"


async def test_choosing_does_not_override_another_nhs_number(tmp_path: Path) -> None:
    held = dict(UNNUMBERED)
    async with town_with(tmp_path, held) as town:
        key = await key_for(town)
        held["nhs"] = "9990000018"
        chosen = [{"key": key, "reason": "same coat"}]
        answer = await town.ask({**NAMED, "nhsNumber": MIRA["nhs"], "chosen": chosen}, query=QUERY)
    assert answer.outcomes["spine"] == "HAS_RECORD"
    assert answer.outcomes["police"] == "AMBIGUOUS"


async def test_choosing_does_not_override_a_shield(tmp_path: Path) -> None:
    held = dict(MIRA)
    async with town_with(tmp_path, spine=held) as town:
        key = await key_for(town)
        held["restricted"] = "Y"
        answer = await asked(town, key)
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"
    assert answer.outcomes["police"] == "NOTHING_TO_SHARE"
