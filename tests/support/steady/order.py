"""A plugin of pytest: the files in another order, and the tests of each, by a seed to repeat."""

from random import Random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--order N`: the seed; without one the order is the usual."""
    parser.addoption("--order", type=int, help="run files, and the tests of each, in this order")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring the tests into the order of the seed; those of one file stay together."""
    seed = config.getoption("order")
    if seed is None:
        return
    chance = Random(seed)  # noqa: S311 - an order that can be repeated
    places = {item.path: chance.random() for item in items}
    chance.shuffle(items)
    items.sort(key=lambda item: places[item.path])
