"""One signature for the requests that are ready together, of which none shows another.

Each request is a leaf of a Merkle tree of a fixed height (RFC 6962's hashes), salted, at a place
drawn by lot. Whoever checks one gets its salt and the hashes beside its way up; a hash of another
request looks like one of nothing.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

LEVELS: Final = 5
MOST: Final = 2**LEVELS  # requests under one signature
SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
STATEMENT: Final = b"teamaround statement\n"  # begins what is signed; no request's own text does

Sign = Callable[[bytes], bytes]


@dataclass(slots=True)
class _Together:
    """Requests that are ready in one turn of a loop, and who waits for their proofs."""

    loop: asyncio.AbstractEventLoop
    sign: Sign
    leaves: list[tuple[bytes, bytes]]
    waiting: list[asyncio.Future[bytes]]

    def state(self) -> None:
        """Sign once, and give everybody a proof; whoever has gone away is left out."""
        if not self.leaves:
            return
        leaves, self.leaves = self.leaves, []
        waiting, self.waiting = self.waiting, []
        try:
            proofs = proven(leaves, self.sign)
        except Exception as error:  # noqa: BLE001  each of them hears of it
            for one in waiting:
                if not one.done():
                    one.set_exception(error)
            return
        for one, proof in zip(waiting, proofs, strict=True):
            if not one.done():
                one.set_result(proof)


class SharedSignature:
    """Gathers what is to be signed until the loop's next turn, of all sources alike."""

    def __init__(self) -> None:
        self._together: _Together | None = None

    async def proof(self, text: bytes, sign: Sign) -> bytes:
        """What shows that `sign` signed `text`, together with whatever else is ready now.

        It is the signature (64 bytes), the salt (16), the place (1) and a hash for each level (32).
        """
        loop = asyncio.get_running_loop()
        together = self._together
        if together is None or together.loop is not loop or not together.leaves:
            together = self._together = _Together(loop, sign, [], [])
            loop.call_soon(together.state)
        proof: asyncio.Future[bytes] = loop.create_future()
        together.leaves.append((secrets.token_bytes(SALT_BYTES), text))
        together.waiting.append(proof)
        if len(together.leaves) == MOST:
            together.state()
        return await proof


def proven(salted: Sequence[tuple[bytes, bytes]], sign: Sign) -> list[bytes]:
    """A proof for each salt and text, in order; of at most `MOST`."""
    drawn = secrets.token_bytes(1 + LEVELS * _HASH_BYTES)
    lot = drawn[0] % MOST
    places = [number ^ lot for number in range(len(salted))]
    level = {
        place: sha256(b"\0" + salt + text).digest()
        for place, (salt, text) in zip(places, salted, strict=True)
    }
    levels = []
    for height in range(LEVELS):
        # At each height one place at most has nothing beside it, as the leaves stand together.
        alone = [place ^ 1 for place in level if place ^ 1 not in level]
        nothing = drawn[1 + height * _HASH_BYTES :][:_HASH_BYTES]
        filled = level | dict.fromkeys(alone, nothing)
        levels.append(filled)
        level = {
            place >> 1: sha256(b"\1" + filled[place] + filled[place | 1]).digest()
            for place in filled
            if not place & 1
        }
    signature = sign(STATEMENT + level[0])
    return [
        b"".join((signature, salt, bytes((place,)), *_beside(levels, place)))
        for place, (salt, _) in zip(places, salted, strict=True)
    ]


def _beside(levels: Sequence[dict[int, bytes]], place: int) -> list[bytes]:
    return [level[(place >> height) ^ 1] for height, level in enumerate(levels)]
