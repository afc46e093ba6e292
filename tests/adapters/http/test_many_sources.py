"""A gateway of a whole country asks two thousand sources, so each of them has to take little."""

import tracemalloc
from contextlib import AsyncExitStack
from typing import Final

from tests.support.adapters.asking import manifest_text, opened

KIB: Final = 1024
MOST_EACH: Final = (
    32 * KIB
)  # a manifest that was read, what was compiled of it, and its connections
MANY: Final = 20
TEXT: Final = manifest_text(
    "rest",
    "https://agency.example",
    rest="""
[[operation]]
name = "by-number"
path = "/children"
query = { nhs = "{nhs_number}" }
records = "body.children"
[operation.map]
record_id = "id"
family_name = "family"
""",
)


async def test_a_further_source_shares_with_the_others_what_is_the_same_for_all() -> None:
    async with AsyncExitStack() as stack:

        async def open_one() -> None:
            await stack.enter_async_context(opened(TEXT))

        await open_one()  # whatever the first of its kind imports
        tracemalloc.start()
        try:
            for _ in range(MANY):
                await open_one()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert held < MANY * MOST_EACH
