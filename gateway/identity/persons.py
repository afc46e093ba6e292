"""Which accounts are one person's: so that nobody approves, reviews or asks as two people."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from typing import Final

from gateway.model.account import Account, AccountPair
from gateway.model.errors import TryLater

ReadPairs = Callable[[], Awaitable[Collection[AccountPair]]]
_EVERY_S: Final = 5.0


async def _nobody() -> Collection[AccountPair]:
    return ()


class Persons:
    """Accounts that two people have linked are one person, and so are the accounts of both.

    What must be sure reads the links again; what only counts takes them as last read.
    """

    def __init__(self) -> None:
        self._read: ReadPairs = _nobody
        self._groups: dict[Account, frozenset[Account]] = {}

    def heed(self, read: ReadPairs) -> None:
        """From now on read the links so."""
        self._read = read

    async def renew(self) -> None:
        """Read the links; TryLater if they cannot be read."""
        self._groups = _grouped(await self._read())

    async def keep(self) -> None:
        """Read the links every few seconds, until cancelled; what cannot be read stays."""
        while True:
            with suppress(TryLater):
                await self.renew()
            await asyncio.sleep(_EVERY_S)

    def known(self, account: Account) -> frozenset[Account]:
        """The person's accounts, this one among them, as the links were last read."""
        return self._groups.get(account, frozenset({account}))

    async def accounts(self, account: Account) -> frozenset[Account]:
        """The same as the links are now; TryLater if they cannot be read."""
        await self.renew()
        return self.known(account)

    async def among(self, account: Account, others: Iterable[Account | None]) -> bool:
        """Whether the person is one of these others; TryLater if the links cannot be read."""
        mine = await self.accounts(account)
        named = [each for each in others if each is not None]
        return any(one.may_be(other) for one in mine for other in named)


def _grouped(pairs: Iterable[AccountPair]) -> dict[Account, frozenset[Account]]:
    groups: dict[Account, frozenset[Account]] = {}
    for pair in pairs:
        joined = frozenset[Account]()
        for each in (pair.first, pair.second):
            joined |= groups.get(each, frozenset({each}))
        groups |= dict.fromkeys(joined, joined)
    return groups
