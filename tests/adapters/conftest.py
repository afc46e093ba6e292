"""What carries the requests of a source over HTTP, for tests that both carriers must pass."""

import pytest

from tests.support.adapters import asking


@pytest.fixture(params=["kept connections", "aiohttp"])
def carrier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "aiohttp":
        monkeypatch.setattr(asking, "ALWAYS", asking.BY_AIOHTTP)
