"""An agency that cannot tell says what would help, as far as the caller may know it at all."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    MIRA,
    AgencyServer,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import KNOWN, Town, small_town

UNPROVEN = frozenset({Claim.EFFECTS_NONE, Claim.NATIONAL})
Child = Mapping[str, Any]
HOMELESS: Child = {**MIRA, "home": None}
UNNUMBERED: Child = {**MIRA, "id": "niche-7", "nhs": None, "upn": None}
NAMED = {**KNOWN, "givenNames": [MIRA["given"]], "familyName": MIRA["family"]}


@asynccontextmanager
async def town_with(
    folder: Path, *held: Child, spine: Child = HOMELESS, **police: Any
) -> AsyncIterator[Town]:
    """A demographics service, and a police force that is asked by number and by name."""
    async with (
        serving(AgencyServer((spine,)).answer) as first,
        serving(AgencyServer(held).answer) as second,
    ):
        sources = [
            rest_source("spine", first, by=(BY_NUMBER,), claims=AUTHORITY),
            rest_source("police", second, by=(BY_NUMBER, BY_NAME), claims=UNPROVEN, **police),
        ]
        async with small_town(folder, sources) as town:
            yield town


async def needs(town: Town, known: Mapping[str, Any] = NAMED) -> list[str]:
    row = (await town.ask(known)).rows["police"]
    assert row["outcome"] == "AMBIGUOUS"
    found: list[str] = row["needs"]
    return found


async def test_what_the_record_has_and_nobody_told_would_help(tmp_path: Path) -> None:
    with_second_name = {**UNNUMBERED, "given": "Mira Ines"}
    async with town_with(tmp_path, with_second_name) as town:
        assert await needs(town) == ["given_name", "postcode"]


async def test_where_the_child_lives_is_asked_for_only_of_whom_may_know_it(tmp_path: Path) -> None:
    async with town_with(tmp_path, UNNUMBERED, classes=("IDENTITY", "INVOLVEMENT")) as town:
        assert await needs(town) == []


async def test_whom_an_agency_tells_nothing_of_the_child_it_tells_of_no_detail(
    tmp_path: Path,
) -> None:
    with_second_name = {**UNNUMBERED, "given": "Mira Ines"}
    async with town_with(tmp_path, with_second_name, classes=("INVOLVEMENT",)) as town:
        assert await needs(town) == []


async def test_of_too_many_a_number_would_find_the_one(tmp_path: Path) -> None:
    many = [{**UNNUMBERED, "id": f"niche-{n}", "given": f"Mira{n}"} for n in range(5)]
    by_name = {name: value for name, value in NAMED.items() if name != "nhsNumber"}
    async with town_with(tmp_path, *many, spine={**MIRA, "id": "elsewhere"}) as town:
        assert await needs(town, by_name) == ["nhs_number"]
