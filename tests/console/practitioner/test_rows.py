"""What a row says of the gateway's own words: each number once, and the rest whole."""

from typing import Any, Final

import pytest

from console.practitioner.rows import row_of, said_once, without_number
from tests.support.console.told_gateway import agency_row

TEAM: Final = "Ring Shield team on 01632 960999."
RING: Final = {"name": "Shield team", "telephone": "01632 960999"}


@pytest.mark.parametrize(
    ("said", "ring", "left"),
    [
        (f"Nothing is told here. {TEAM}", RING, "Nothing is told here."),
        (f"Nothing is told here. {TEAM}", {**RING, "name": "Duty desk"}, None),
        (f"Nothing is told here. {TEAM}", None, None),
        (f"{TEAM} Then ask again.", RING, None),
        ("", RING, None),
        ("Contact the shield team directly.", {"name": None, "telephone": None}, None),
    ],
)
def test_a_number_goes_only_where_it_is_a_link_beside_it(
    said: str, ring: dict[str, Any] | None, left: str | None
) -> None:
    assert without_number(said, ring) == (said if left is None else left)


def test_sentences_that_end_in_one_number_say_it_at_their_end() -> None:
    other = "Ring Police on 020 7946 0107."
    assert said_once([f"Not where. {TEAM}", f"Not who. {TEAM}", f"No plan. {other}", "Ask."]) == [
        "Not where.",
        f"Not who. {TEAM}",
        f"No plan. {other}",
        "Ask.",
    ]


def test_the_same_sentence_is_said_once() -> None:
    assert said_once([f"Not where. {TEAM}"] * 2) == [f"Not where. {TEAM}"]


def test_a_row_without_any_words_of_the_gateway_has_none() -> None:
    row = row_of(agency_row(1, "TIMEOUT", detail=None))
    assert (row.detail, row.withheld) == ("", [])
