"""The ledger in each of its two stores: the same tests run on both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.registry.ledger.contract import Ledger
from gateway.registry.ledger.store import SqlLedger
from tests.support.audit.either_store import place

__all__ = ["place"]


async def opened(place: Path | str) -> Ledger:
    """The ledger at `place`."""
    if isinstance(place, Path):
        return await SqlLedger.at_file(place)
    return await SqlLedger.at_server(place)


@pytest.fixture
async def ledger(place: Path | str) -> AsyncIterator[Ledger]:
    one = await opened(place)
    yield one
    await one.aclose()


@pytest.fixture
async def beside(place: Path | str, ledger: Ledger) -> AsyncIterator[Ledger]:
    """The same ledger as another gateway has it open."""
    assert ledger
    one = await opened(place)
    yield one
    await one.aclose()
