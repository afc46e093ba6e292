"""A practitioner who copies a number out of a letter gets the same answer as by its digits."""

from pathlib import Path

import pytest

from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    MIRA,
    AgencyServer,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import KNOWN, small_town


@pytest.mark.parametrize(
    "written",
    ["900\u2013000\u20130009", "\uff19\uff10\uff10 \uff10\uff10\uff10 \uff10\uff10\uff10\uff19"],
)
async def test_a_child_is_found_by_a_number_with_dashes_or_wide_digits(
    tmp_path: Path, written: str
) -> None:
    asked = {"nhsNumber": written, "birthDate": MIRA["born"]}
    async with serving(AgencyServer((MIRA,)).answer) as url:
        spine = rest_source("spine", url, by=(BY_NUMBER,), claims=AUTHORITY)
        async with small_town(tmp_path, [spine]) as town:
            assert (await town.ask(asked)).outcomes == {"spine": "HAS_RECORD"}


async def test_an_agency_that_writes_a_number_with_dashes_holds_the_same_child(
    tmp_path: Path,
) -> None:
    held = {**MIRA, "nhs": "900\u2013000\u20130009", "upn": None}
    spine, school = AgencyServer((MIRA,)), AgencyServer((held,))
    async with serving(spine.answer) as one, serving(school.answer) as other:
        sources = [
            rest_source("spine", one, by=(BY_NUMBER,), claims=AUTHORITY),
            rest_source("school", other, by=(BY_NAME,)),
        ]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask(
                {**KNOWN, "givenNames": [MIRA["given"]], "familyName": MIRA["family"]}
            )
    assert answer.outcomes == {"spine": "HAS_RECORD", "school": "HAS_RECORD"}
