"""What came packed is believed once its end came, and not before."""

import gzip
import zlib
from typing import Final

import aiohttp
import pytest

from adapters.network.wire.unpacking import unpacked

NOBODY: Final = b'{"children": [], "total": 0}'
MOST: Final = 4096
PACKED: Final = {
    "one piece": ("gzip", gzip.compress(NOBODY)),
    "hardly packed": ("gzip", gzip.compress(NOBODY, compresslevel=0)),
    "deflate": ("deflate", zlib.compress(NOBODY)),
    "bare deflate": ("deflate", zlib.compress(NOBODY, wbits=-15)),
}


@pytest.mark.parametrize("name", PACKED)
async def test_an_answer_that_says_nobody_and_was_cut_off_is_no_answer(name: str) -> None:
    encoding, whole = PACKED[name]
    assert await unpacked(whole, encoding, MOST) == NOBODY
    for end in range(1, len(whole)):
        with pytest.raises(aiohttp.ClientPayloadError):
            await unpacked(whole[:end], encoding, MOST)


async def test_an_answer_in_two_members_is_whole_with_both() -> None:
    first, second = gzip.compress(NOBODY[:9]), gzip.compress(NOBODY[9:])
    assert await unpacked(first + second, "gzip", MOST) == NOBODY
    for end in range(1, len(second)):
        with pytest.raises(aiohttp.ClientPayloadError):
            await unpacked(first + second[:end], "gzip", MOST)
