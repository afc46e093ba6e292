"""What a start did not hash again is hashed beside the questions, and shown meanwhile by proof."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.audit.entry.logged import Logged
from gateway.audit.store.rehash import Rehash
from gateway.audit.tree.proved import CheckedState, refuse_unproved
from gateway.audit.tree.tile import Tile, tiles_towards

SHARE: Final = 0.2  # of one core, while the gateway serves
WHOLE: Final = 1.0

Tiles = Callable[[Iterable[Tile]], Awaitable[Mapping[Tile, Sequence[bytes]]]]
"""What stands in these tiles of hashes; LogCorrupt if one is missing."""


@dataclass(slots=True)
class Recheck:
    """How far a log was hashed again since its start; without `state` the start hashed all of it.

    `more` hashes some more entries of `walk`, and says whether there are others. `last` looks at
    what is beside them. Both raise LogCorrupt at the first difference.
    """

    walk: Rehash
    state: CheckedState | None
    more: Callable[[], Awaitable[bool]]
    last: Callable[[], Awaitable[None]]
    tiles: Tiles
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def done(self) -> bool:
        """Whether every entry was hashed again."""
        return self.state is None

    async def run(self, share: float) -> bool:
        """Hash the rest, in at most this share of a core's time; LogCorrupt, LogUnavailable.

        False if the start had left nothing to hash.
        """
        async with self._one_at_a_time:
            some = self.state is not None and self.state.size > 0
            while self.state is not None:
                began = time.perf_counter()
                if not await self.more():
                    await self.last()
                    self.state = None
                took = time.perf_counter() - began
                await asyncio.sleep(took / share - took)
            return some

    async def proved(self, found: Sequence[Logged]) -> None:
        """LogCorrupt at the first entry that nobody hashed again and the signed root denies."""
        state, done = self.state, self.walk.edge.size
        if state is None:
            return
        leaves = [(each.index, each.leaf) for each in found if done <= each.index < state.size]
        if leaves:
            wanted = tiles_towards((index for index, _ in leaves), state.size)
            tiles = await self.tiles(wanted)
            await asyncio.to_thread(refuse_unproved, state, tiles, leaves)
