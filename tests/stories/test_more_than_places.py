"""More ask at once than a gateway has places: each is answered, or told to come back soon."""

import asyncio
from collections import Counter
from pathlib import Path

import aiohttp

from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import QUERY, small_town, variables_for

PLACES = 20
ASKING = 100


async def test_as_many_as_there_are_places_are_answered_and_the_others_told_busy(
    tmp_path: Path,
) -> None:
    everybody_asked, refused = asyncio.Event(), 0

    async def hold(_: object) -> None:
        await everybody_asked.wait()

    async with serving(AgencyServer(before=hold).answer) as url:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with (
            small_town(tmp_path, [spine], questions__under_way=PLACES) as town,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        ):
            headers = town.headers()
            body = {"query": QUERY, "variables": variables_for()}

            async def ask() -> tuple[int, bool]:
                nonlocal refused
                async with session.post(
                    f"{town.url}/graphql", json=body, headers=headers
                ) as answer:
                    if answer.status == 503:
                        refused += 1
                        if refused == ASKING - PLACES:
                            everybody_asked.set()
                    await answer.read()
                    return answer.status, "Retry-After" in answer.headers

            said = await asyncio.gather(*(ask() for _ in range(ASKING)))
    assert Counter(said) == {(200, False): PLACES, (503, True): ASKING - PLACES}
