"""The place of the laws is opened once for each file."""

from collections.abc import Iterator

import pytest

from tests.support.laws.running.place import LawPlace


@pytest.fixture(scope="module")
def place() -> Iterator[LawPlace]:
    """A loop, a server and adapters."""
    opened = LawPlace()
    yield opened
    opened.close()
