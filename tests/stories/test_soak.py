"""Half an hour of `make soak` is worth what its verdict finds, so each kind of wear is planted."""

import json
from collections import Counter
from typing import Final

import pytest

from tests.support.soak import Soaked, told

FLAT: Final = [(200_000, 60)] * 60


def worn(*, memory: int = 0, descriptors: int = 0, answers: str = "answered") -> Soaked:
    """What was seen of a gateway whose last third took so much more."""
    last = [(200_000 + memory, 60 + descriptors)] * 30
    return Soaked(answers=Counter({"answered": 9, answers: 1}), samples=FLAT + last)


def test_a_gateway_that_stays_as_it_was_is_flat() -> None:
    assert worn().verdict() == []
    assert worn(answers="BUSY").verdict() == []


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (worn(memory=40_000), "memory grew from 200000.0 to 240000.0 KiB"),
        (worn(descriptors=30), "descriptors grew from 60.0 to 90.0"),
        (worn(answers="broken off"), "answers that nobody expected: ['broken off']"),
        (worn(answers="LOG_UNAVAILABLE"), "answers that nobody expected: ['LOG_UNAVAILABLE']"),
    ],
)
def test_each_kind_of_wear_is_found(seen: Soaked, found: str) -> None:
    assert seen.verdict() == [found]


def test_what_the_gateway_told_of_it_stands_beside_it() -> None:
    refused = {"event": "questions_refused", "cause": "LOG_UNAVAILABLE", "count": 3}
    away = {"event": "log_unavailable", "cause": "TimeoutError"}
    said = [*map(json.dumps, ({"event": "serving", "port": 1}, refused, away, away)), "no event"]
    assert told(said) == {
        "questions_refused, LOG_UNAVAILABLE": 3,
        "log_unavailable, TimeoutError": 2,
    }
