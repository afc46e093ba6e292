"""Content that came packed though it was asked for plain, unpacked as aiohttp does it."""

import asyncio
from typing import Final

import aiohttp
from aiohttp.compression_utils import BrotliDecompressor, ZLibDecompressor, ZSTDDecompressor

from adapters.network.bounded_answer import AnswerTooLarge, AnswerUnreadable

_PIECE: Final = 16 * 1024
_RAW_DEFLATE: Final = 8  # what the first byte of a zlib stream ends on; some send deflate without
_Unpacker = BrotliDecompressor | ZLibDecompressor | ZSTDDecompressor


async def unpacked(content: bytes, encoding: str, most: int) -> bytes:
    """The content, of `most` bytes at most, in the one encoding that a header named.

    AnswerUnreadable if it is none that aiohttp reads, AnswerTooLarge past `most`,
    aiohttp.ClientPayloadError if it cannot be unpacked.
    """
    try:
        return await _opened(_unpacker(encoding.lower(), content[:1]), content, most)
    except (aiohttp.ClientPayloadError, asyncio.CancelledError):
        raise
    except Exception as error:  # each library has an error of its own
        raise aiohttp.ClientPayloadError("the content cannot be unpacked") from error


async def _opened(unpacker: _Unpacker, content: bytes, most: int) -> bytes:
    out = bytearray()
    for start in range(0, len(content), _PIECE):
        piece, more = content[start : start + _PIECE], True
        while more:
            out += unpacker.decompress_sync(piece, max_length=_PIECE)
            if len(out) > most:
                raise AnswerTooLarge("longer than it may be")
            await asyncio.sleep(0)  # others want their turn
            piece, more = b"", unpacker.data_available
    return bytes(out)


def _unpacker(encoding: str, first: bytes) -> _Unpacker:
    match encoding:
        case "gzip":
            return ZLibDecompressor(encoding=encoding)
        case "deflate":
            bare = bool(first) and first[0] & 0xF != _RAW_DEFLATE
            return ZLibDecompressor(encoding=encoding, suppress_deflate_header=bare)
        case "br":
            return BrotliDecompressor()
        case "zstd":
            return ZSTDDecompressor()
        case _:
            raise AnswerUnreadable("in an encoding that was not asked for")
