"""Walks are typed by `make handbook` alone, on one machine for all of its pages."""

import os
from collections.abc import Iterator

import pytest

from tests.support.docs.machine.bare import bare_machine
from tests.support.docs.terminal import Terminal

TYPED = os.environ.get("TEAMAROUND_HANDBOOK") == "typed"


@pytest.fixture(scope="session")
def terminal() -> Iterator[Terminal]:
    """Root's, on a bare Debian; what one page builds, the next one uses."""
    if not TYPED:
        pytest.skip("a long walk: `make handbook` types it")
    with bare_machine() as machine:
        yield Terminal(machine)
