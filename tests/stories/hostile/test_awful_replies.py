"""Whatever answers the gateway, and however awfully: it ends soon, and is never taken for good."""

import asyncio
from pathlib import Path

import pytest

from tests.support.hostile.awful_replies import AWFUL, AWFUL_HEADS, speaking
from tests.support.hostile.outgoing_uses import USES
from tests.support.patience import patiently


@pytest.mark.parametrize("use", USES)
async def test_no_use_of_http_takes_an_awful_answer_for_a_good_one(
    use: str, tmp_path: Path
) -> None:
    # Of a notice only the status counts, which stands in the head.
    replies = AWFUL_HEADS if use == "a notice" else AWFUL

    async def tried(number: int, name: str) -> bool:
        folder = tmp_path / str(number)
        folder.mkdir()
        return await USES[use](speaking(replies[name]), folder)

    taken = await patiently(asyncio.gather(*(tried(n, one) for n, one in enumerate(replies))))
    assert [name for name, good in zip(replies, taken, strict=True) if good] == []
