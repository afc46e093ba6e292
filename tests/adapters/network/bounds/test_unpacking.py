"""What came packed is believed once its end came, and not before."""

import gzip
import zlib
from typing import Final

import aiohttp
import brotli
import pytest
from aiohttp.compression_utils import HAS_ZSTD

from adapters.network.bounds.unpacking import unpacked

NOBODY: Final = b'{"children": [], "total": 0}'
MOST: Final = 4096


def frame(content: bytes) -> bytes:
    """One frame of zstd with a checksum left out: a block as it is (RFC 8878, section 3.1.1)."""
    block = (1 | len(content) << 3).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content)]) + block + content


ZSTD: Final = frame(NOBODY)
ZSTD_HALVES: Final = ZSTD + frame(b"  ")
PACKED: Final = {
    "one piece": ("gzip", gzip.compress(NOBODY)),
    "hardly packed": ("gzip", gzip.compress(NOBODY, compresslevel=0)),
    "deflate": ("deflate", zlib.compress(NOBODY)),
    "bare deflate": ("deflate", zlib.compress(NOBODY, wbits=-15)),
    "brotli": ("br", brotli.compress(NOBODY)),
    "brotli, hardly packed": ("br", brotli.compress(NOBODY, quality=0)),
    "zstd": ("zstd", ZSTD),
    "zstd in two frames": ("zstd", ZSTD_HALVES),
}


@pytest.mark.parametrize("name", PACKED)
async def test_an_answer_that_says_nobody_and_was_cut_off_is_no_answer(name: str) -> None:
    encoding, whole = PACKED[name]
    if encoding == "zstd" and not HAS_ZSTD:
        pytest.skip("this Python has no zstd")
    assert (await unpacked(whole, encoding, MOST)).strip() == NOBODY
    for end in range(1, len(whole)):
        if whole[:end] == ZSTD:  # whole as well
            continue
        with pytest.raises(aiohttp.ClientPayloadError):
            await unpacked(whole[:end], encoding, MOST)


async def test_an_answer_in_two_members_is_whole_with_both() -> None:
    first, second = gzip.compress(NOBODY[:9]), gzip.compress(NOBODY[9:])
    assert await unpacked(first + second, "gzip", MOST) == NOBODY
    for end in range(1, len(second)):
        with pytest.raises(aiohttp.ClientPayloadError):
            await unpacked(first + second[:end], "gzip", MOST)
