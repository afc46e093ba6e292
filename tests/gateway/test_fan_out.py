"""Everybody is asked at once, and nobody waits for the slowest."""

from pathlib import Path

from tests.gateway.agencies import AUTHORITY, Desk, rest_source
from tests.gateway.small_town import small_town
from tests.loopback import serving


async def test_a_child_known_to_two_agencies_is_found_at_both(tmp_path: Path) -> None:
    async with serving(Desk().answer) as spine, serving(Desk().answer) as council:
        sources = [rest_source("spine", spine, claims=AUTHORITY), rest_source("council", council)]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask()
    assert answer.outcomes == {"spine": "HAS_RECORD", "council": "HAS_RECORD"}
    assert answer.completeness["complete"] is True
