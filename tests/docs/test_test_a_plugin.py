"""The page on testing a source shows the sample's own test, and names what is there."""

import re
from inspect import signature
from typing import Final

import teamaround.testing
from teamaround.testing import GatewayAnswer, GatewayAround, ask_once, gateway_around
from tests.support.docs.pages import blocks, rows, text

PAGE: Final = text("docs/test-a-plugin.md")


def test_all_that_the_page_shows_stands_in_the_samples_test() -> None:
    sample = text("examples/plugin-card-index/test_card_index.py")
    assert [block for block in blocks(PAGE, "python") if block not in sample] == []
    assert len(blocks(PAGE, "python")) > 2


def test_every_name_on_the_page_is_one_of_the_kits() -> None:
    takes = {*signature(gateway_around).parameters, *signature(GatewayAround.ask).parameters}
    gives = {"outcome", *GatewayAnswer.__dataclass_fields__}
    cells = [cells[0] for cells in rows(PAGE)]
    given = {name for cell in cells for name in re.findall(r"^`([a-z_]+)`|, `([a-z_]+)`", cell)}
    assert {a or b for a, b in given} <= takes
    assert {name for cell in cells for name in re.findall(r"`answer\.(\w+)`", cell)} <= gives
    named = {name for cell in cells for name in re.findall(r"`([A-Z]\w+[a-z]\w+)`", cell)}
    assert named
    assert named <= set(teamaround.testing.__all__)


def test_what_a_gateway_is_given_can_be_given_to_one_question_too() -> None:
    around, once = signature(gateway_around).parameters, signature(ask_once).parameters
    assert set(around) == set(once) - {"known"}
