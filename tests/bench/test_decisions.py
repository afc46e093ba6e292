"""The bench of decisions and tokens decides and verifies, rather than failing fast."""

from bench.parts.decisions import SIZES, decisions_table
from bench.parts.tokens import measured


def test_every_size_has_its_row() -> None:
    table = decisions_table(rounds=1)
    assert list(table.columns[0].cells) == [str(size) for size in SIZES]


async def test_tokens_are_verified_decoded_and_remembered() -> None:
    assert all(took > 0 for took in await measured(2))
