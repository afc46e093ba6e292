"""Proposals are inspected in the process of the tests, without the time that a start takes.

Where a test is about the process that inspects them, it asks for `apart`.
"""

import pytest

from gateway.registry import sandbox
from tests.support.gateway.registering import answered_here

_APART = sandbox._answered  # noqa: SLF001 - as the gateway has it


@pytest.fixture(autouse=True)
def _inspected_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.registry.sandbox._answered", answered_here)


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposals are inspected in a process of their own, as a gateway does."""
    monkeypatch.setattr("gateway.registry.sandbox._answered", _APART)
