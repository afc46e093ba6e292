"""Content that came packed, unpacked by aiohttp's libraries, and believed once its end came."""

import asyncio
import gzip
from typing import Final

import aiohttp
from aiohttp.compression_utils import BrotliDecompressor, ZLibDecompressor, ZSTDDecompressor

from adapters.network.bounds.bounded_answer import AnswerTooLarge, AnswerUnreadable

_PIECE: Final = 16 * 1024
_RAW_DEFLATE: Final = 8  # what the first byte of a zlib stream ends on; some send deflate without
# A whole gzip may go on with another member (RFC 1952, section 2.2). To one that was cut off these
# bytes are a wrong checksum or a wrong block, so what nothing vouches for is not believed.
_BEHIND: Final = b"behind"
_ANOTHER_MEMBER: Final = gzip.compress(_BEHIND, mtime=0)
# The same for another frame of zstd (RFC 8878, section 3.1.1): one block, as it is.
_ANOTHER_FRAME: Final = b"\x28\xb5\x2f\xfd\x20\x06\x31\x00\x00" + _BEHIND
_Unpacker = BrotliDecompressor | ZLibDecompressor | ZSTDDecompressor


async def unpacked(content: bytes, encoding: str, most: int) -> bytes:
    """The content, of `most` bytes at most, in the one encoding that a header named.

    AnswerUnreadable if it is none that aiohttp reads, AnswerTooLarge past `most`,
    aiohttp.ClientPayloadError if it cannot be unpacked.
    """
    try:
        unpacker = _unpacker(encoding.lower(), content[:1])
        found = await _opened(unpacker, content, most)
        whole = _is_whole(unpacker, encoding.lower())
    except (aiohttp.ClientPayloadError, asyncio.CancelledError):
        raise
    except Exception as error:  # each library has an error of its own
        raise aiohttp.ClientPayloadError("the content cannot be unpacked") from error
    if not whole:
        raise aiohttp.ClientPayloadError("the packed content was cut off")
    return found


def _is_whole(unpacker: _Unpacker, encoding: str) -> bool:
    match unpacker:
        case BrotliDecompressor():
            # aiohttp asks the library the same, and says it to nobody.
            return bool(unpacker._obj.is_finished())  # noqa: SLF001
        case ZSTDDecompressor():
            # Given whole, it would be read by itself after a head that was cut off.
            begun = unpacker.decompress_sync(_ANOTHER_FRAME[:1], max_length=_PIECE)
            rest = unpacker.decompress_sync(_ANOTHER_FRAME[1:], max_length=_PIECE)
            return begun + rest == _BEHIND
        case _ if encoding == "gzip":
            return unpacker.decompress_sync(_ANOTHER_MEMBER, max_length=_PIECE) == _BEHIND
        case _:
            return unpacker.eof


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
