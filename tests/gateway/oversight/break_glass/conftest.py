"""Break-glass grants in both their stores, open at two gateways: the same tests run on each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.oversight.break_glass.store.contract import GrantStore
from gateway.oversight.break_glass.store.grants import SqlGrants
from tests.support.audit.either_store import place

__all__ = ["place"]


async def opened(place: Path | str) -> GrantStore:
    """The store at `place`."""
    if isinstance(place, Path):
        return await SqlGrants.at_file(place)
    return await SqlGrants.at_server(place)


@pytest.fixture
async def store(place: Path | str) -> AsyncIterator[GrantStore]:
    one = await opened(place)
    yield one
    await one.aclose()


@pytest.fixture
async def beside(place: Path | str, store: GrantStore) -> AsyncIterator[GrantStore]:
    """The same store as another gateway has it open."""
    assert store
    one = await opened(place)
    yield one
    await one.aclose()
