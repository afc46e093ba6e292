"""What a gateway holds in memory is the same after a hundred questions as after seventy."""

import gc
from collections import Counter
from pathlib import Path
from typing import Final

from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION
from tests.support.gateway.streamed import BODY
from tests.support.loopback import serving
from tests.support.town import Town, small_town

OURS: Final = frozenset({"adapters", "gateway", "resolvers"})
KEYED: Final = (dict, set)
# More than any bounded memory of questions has room for, so that each is full; a pair is two.
PAIRS_BEFORE: Final = 35
PAIRS: Final = 15
LOOKS: Final = 4


def held() -> Counter[str]:
    """How many objects of our own kinds are there, and how much is in all dictionaries and sets."""
    gc.collect()
    found = Counter[str]()
    for each in gc.get_objects():
        kind = type(each)
        if kind in KEYED:
            found[f"in a {kind.__name__}"] += len(each)
        elif str(kind.__module__).partition(".")[0] in OURS:
            found[kind.__qualname__] += 1
    return found


def kept_by_each(before: Counter[str], after: Counter[str], times: int) -> set[str]:
    """Of what there is one more at least for each time."""
    return {kind for kind in after if after[kind] - before[kind] >= times}


async def ask(town: Town, pairs: int) -> None:
    """One person asks the same whole and in parts, so many times."""
    headers = town.headers()
    for _ in range(pairs):
        assert (await town.post(QUESTION, headers)).status == 200
        assert (await town.post(BODY, headers | {"Accept": "multipart/mixed"})).status == 200


async def test_a_gateway_keeps_no_object_of_a_question_it_answered(tmp_path: Path) -> None:
    one, other = AgencyServer(), AgencyServer()
    async with serving(one.answer) as first, serving(other.answer) as second:
        sources = [rest_source("spine", first, claims=AUTHORITY), rest_source("quick", second)]
        async with small_town(tmp_path, sources) as town:
            await ask(town, PAIRS_BEFORE)
            before = held()
            await ask(town, PAIRS)
            kept = kept_by_each(before, held(), PAIRS)
            for _ in range(LOOKS):
                if kept:  # or just under way in a thread, such as a round of the search index
                    await ask(town, 1)
                    kept &= kept_by_each(before, held(), PAIRS)
            assert kept == set()


def test_what_is_kept_for_each_question_is_found() -> None:
    kept: dict[int, list[str]] = {0: []}
    held()
    before = held()  # with what other tests left behind freed by now
    kept |= {number: [] for number in range(4 * PAIRS)}  # a few of others' may go meanwhile
    assert "in a dict" in kept_by_each(before, held(), PAIRS)
