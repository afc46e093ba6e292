"""A clerk put another child's number on her file: who else holds her still finds her."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from stdnum.gb import upn

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
    AgencyServer,
    rest_source,
)
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.town import Town, small_town

OTHERS_UPN: Final = upn.calc_check_digit("801200001777") + "801200001777"
OTHER: Final[Mapping[str, Any]] = {
    **MIRA,
    "id": "other",
    "nhs": None,
    "upn": OTHERS_UPN,
    "given": "Zachary",
    "family": "Pemberton",
    "born": "2016-12-01",
    "sex": "male",
}
MIXED_UP: Final[Mapping[str, Any]] = {**MIRA, "id": "ward-1", "upn": OTHERS_UPN}
AT_SCHOOL: Final[Mapping[str, Any]] = {**MIRA, "id": "pupil-1", "nhs": None}
TEACHES: Final = ("identifiers", "names", "birth_date")


@asynccontextmanager
async def town_with(folder: Path, *, census: bool = True) -> AsyncIterator[Town]:
    """A hospital's file of hers bears the number of another pupil of the same school."""
    servers = {
        "spine": AgencyServer(({**MIRA, "upn": None},)),
        "hospital": AgencyServer((MIXED_UP,)),
        "care": AgencyServer((MIRA,)),
        "school": AgencyServer((AT_SCHOOL, OTHER)),
        "police": AgencyServer(({**MIRA, "id": "niche-1", "nhs": None},)),
    }
    async with AsyncExitStack() as stack:
        at = {n: await stack.enter_async_context(serving(d.answer)) for n, d in servers.items()}
        school = LOCAL | {Claim.SPINE} if census else LOCAL
        sources = [
            rest_source("spine", at["spine"], by=(BY_NUMBER,), claims=AUTHORITY, onward=TEACHES),
            rest_source("hospital", at["hospital"], by=(BY_NUMBER,), onward=TEACHES),
            rest_source("care", at["care"], by=(BY_NUMBER,), onward=TEACHES),
            rest_source("school", at["school"], by=(BY_UPN, BY_NAME), claims=school),
            rest_source("police", at["police"], by=(BY_UPN, BY_NAME)),
        ]
        yield await stack.enter_async_context(small_town(folder, sources))


EVERYBODY: Final = ["spine", "hospital", "care", "school", "police"]


async def test_school_and_police_still_find_her(tmp_path: Path) -> None:
    async with town_with(tmp_path) as town:
        answer = await town.ask(agencies=EVERYBODY)
    assert answer.outcomes["school"] == answer.outcomes["police"] == "HAS_RECORD"
    assert answer.outcomes["care"] == "HAS_RECORD"
    assert "Pemberton" not in answer.text
    assert OTHERS_UPN not in answer.text


async def test_a_search_for_the_other_child_does_not_find_the_question_about_her(
    tmp_path: Path,
) -> None:
    async with town_with(tmp_path) as town:
        await town.ask(agencies=EVERYBODY)
        about_her = {
            p
            for each in logged(town.settings.files.state)
            for p in each.get("child_pseudonyms", ())
        }
        await town.ask({"upn": OTHERS_UPN, "birthDate": OTHER["born"]}, agencies=["school"])
        entries = logged(town.settings.files.state)
    about_him = {p for each in entries[-2:] for p in each.get("child_pseudonyms", ())}
    assert about_her
    assert about_him
    assert about_her.isdisjoint(about_him)


async def test_where_nobody_says_which_number_is_hers_both_are_asked(tmp_path: Path) -> None:
    async with town_with(tmp_path, census=False) as town:
        answer = await town.ask(agencies=EVERYBODY)
    assert answer.outcomes["school"] != "MORE_NEEDED"
    assert "Pemberton" not in answer.text
