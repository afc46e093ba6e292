"""Five registers by others, joined by the recipes alone, answer one gateway's questions.

Django's is the shield authority, so that the others' rows show once it has cleared a child.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim
from tests.support.adapters.registers.openssh import SftpServer, exported, openssh
from tests.support.adapters.registers.people import (
    ANN,
    CHILDREN,
    GUS,
    NIAMH,
    PIP,
    RUTH,
    TWINS,
    ZOE,
    Child,
)
from tests.support.adapters.registers.recipes import Recipe
from tests.support.adapters.registers.running import (
    django_register,
    odata_register,
    relay_register,
)
from tests.support.agencies import AUTHORITY, LOCAL, SourceFile
from tests.support.town import Answer, Town, small_town

AGENCIES: Final = frozenset({"django", "json-api", "odata", "relay", "openssh"})
HOLD_PIP: Final = frozenset({"django", "json-api"})
FOUND: Final = dict.fromkeys(AGENCIES, "HAS_RECORD")
QUERY: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    answers {
      agency { id } outcome complete searchedBy
      involvements { role practitioner { name telephone } }
    }
    child {
      restriction
      names { given family }
      addresses { lines postcode }
    }
    completeness { complete }
  }
}
"""


@dataclass(frozen=True, slots=True)
class JoinedSource(SourceFile):
    """A recipe's manifest, under an id of its own."""

    text: str = ""

    @property
    def manifest(self) -> str:
        """The whole text."""
        return self.text


def joined(name: str, recipe: Recipe, claims: frozenset[Claim] = LOCAL) -> JoinedSource:
    text = recipe.manifest.replace('"register"', f'"{name}"')
    if claims is not LOCAL:
        listed = ", ".join(f'"{claim.value}"' for claim in sorted(claims))
        text = text.replace('claims = ["effects_none", "conclusive"]', f"claims = [{listed}]")
        text = text.replace('mark = "own-row"\n', "").replace('areas = ["E09990001"]\n', "")
    secrets = dict(recipe.secrets)
    made = JoinedSource(name, "rest", "", "", (recipe.base,), claims=claims, text=text)
    # Every register holds Ann, so that she shows that it finds anybody.
    return replace(made, secrets=secrets, test_person={"nhs_number": ANN.nhs})


def sources(folder: Path, at: ExitStack) -> Iterable[JoinedSource]:
    places = {name: folder / name for name in AGENCIES}
    for place in places.values():
        place.mkdir()
    django = at.enter_context(django_register(places["django"], PIP))
    odata = at.enter_context(odata_register(places["odata"]))
    relay = at.enter_context(relay_register(places["relay"]))
    sshd: SftpServer = at.enter_context(openssh())
    sshd.holds(date.today(), exported())  # noqa: DTZ011 - a file's name has the day of its place
    pages = Recipe.of("A Django REST Framework API", django, folder, path="/pages")
    yield joined("django", pages, AUTHORITY)
    yield joined("json-api", Recipe.of("A JSON:API server", django, folder, path="/jsonapi"))
    yield joined("odata", Recipe.of("An OData v4 service", odata, folder, path="/odata"))
    connections = "A GraphQL server with Relay connections"
    yield joined("relay", Recipe.of(connections, relay, folder, kind="graphql"))
    login = {"user": sshd.user, "id_ed25519": sshd.key}
    export = Recipe.of(
        "An export on an OpenSSH server",
        sshd.origin,
        folder,
        kind="file",
        path=str(sshd.exports),
        secrets=login,
    )
    yield joined("openssh", export.changed('"CHANGE"', f'"{sshd.host_key}"'))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    with ExitStack() as at:
        files = tuple(sources(tmp_path, at))
        async with small_town(tmp_path, files, questions__deadline=30.0) as town:
            yield town


def by_number(child: Child) -> Mapping[str, Any]:
    return {"nhsNumber": child.nhs, "birthDate": child.born}


def by_name(child: Child) -> Mapping[str, Any]:
    return {"givenNames": [child.forename], "familyName": child.surname, "birthDate": child.born}


async def asked(town: Town, known: Mapping[str, Any]) -> Answer:
    return await town.ask(known, query=QUERY)


async def found_whole(town: Town, child: Child) -> None:
    answer = await asked(town, by_number(child))
    assert answer.outcomes == FOUND, answer.text
    for row in answer.rows.values():
        assert row["complete"], row
        told = Counter(one["practitioner"]["name"] for one in row["involvements"])
        assert told == Counter(worker.name for worker in child.workers)
    (name,) = answer.child_answer["child"]["names"]
    assert name == {"given": [child.forename], "family": child.surname}


async def test_five_registers_by_others_answer_as_one(town: Town) -> None:
    for child in CHILDREN:
        if child is not RUTH:
            await found_whole(town, child)
    gus = await asked(town, by_number(GUS))
    assert gus.outcomes == FOUND, gus.text
    told = {agency: len(row["involvements"]) for agency, row in gus.rows.items()}
    # Django gives five to a page, and the recipe turns five pages.
    assert told == {**dict.fromkeys(AGENCIES, 50), "django": 25}
    assert not any(row["complete"] for row in gus.rows.values())
    pip = await asked(town, by_number(PIP))
    absent = dict.fromkeys(AGENCIES - HOLD_PIP, "NO_RECORD")
    assert pip.outcomes == {**dict.fromkeys(HOLD_PIP, "HAS_RECORD"), **absent}, pip.text
    hidden = await asked(town, by_number(RUTH))
    assert hidden.child_answer["child"]["restriction"] == "RESTRICTED"
    assert {hidden.outcomes[agency] for agency in AGENCIES - {"django"}} == {"NOTHING_TO_SHARE"}
    assert RUTH.street not in hidden.text
    for child in (NIAMH, ZOE, *TWINS):
        # A name and a birth date alone clear nobody, and say of nobody that there is no record.
        named = await asked(town, by_name(child))
        assert named.outcomes["django"] == "AMBIGUOUS", named.text
        assert "NO_RECORD" not in named.outcomes.values()
