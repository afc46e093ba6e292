"""A plugin of pytest: the files in another order, and the tests of each, by a seed to repeat."""

from pathlib import Path
from random import Random
from typing import Protocol, TypeVar

import pytest


class OfFile(Protocol):
    """A test that says in which file it is."""

    @property
    def path(self) -> Path:
        """Its file."""


Each = TypeVar("Each", bound=OfFile)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--order N`: the seed; without one the order is the usual."""
    parser.addoption("--order", type=int, help="run files, and the tests of each, in this order")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring the tests into the order of the seed, if there is one."""
    seed = config.getoption("order")
    if seed is not None:
        mix(items, seed)


def mix(tests: list[Each], seed: int) -> None:
    """Bring tests into the order of a seed; those of one file stay together."""
    chance = Random(seed)  # noqa: S311 - an order that can be repeated
    places = {test.path: chance.random() for test in tests}
    chance.shuffle(tests)
    tests.sort(key=lambda test: places[test.path])
