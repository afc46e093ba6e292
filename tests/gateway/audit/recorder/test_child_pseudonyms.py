"""An operator names a child in a rule by pseudonyms alone, made by a command and on record."""

import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from gateway.audit.keys.epoch_name import FIRST_EPOCH
from gateway.audit.keys.key_ring import KeyRing, begin_epoch
from gateway.cli.main import app
from gateway.config.operator_file import Disclosure
from tests.support.agencies import MIRA
from tests.support.audit.staff_children import mira, settings_of
from tests.support.edge import logged

NUMBERS: Final = f"{MIRA['nhs']}\n{MIRA['upn']}\n"


@pytest.fixture
def command(tmp_path: Path) -> Callable[[str], Result]:
    settings = settings_of(tmp_path)

    def run(given: str) -> Result:
        said = ["audit", "child-pseudonyms", "--who", "o.fficer", "--settings", str(settings)]
        return CliRunner().invoke(app, said, input=given)

    return run


def test_it_prints_what_a_rule_takes_and_logs_who_had_it_made(
    tmp_path: Path, command: Callable[[str], Result]
) -> None:
    said = command(NUMBERS)
    about = tomllib.loads(said.stdout)["about"]
    rule = Disclosure(organisation="northbrook", show="now", about=about)
    assert rule.about is not None
    assert len(rule.about) == 2
    assert asyncio.run(mira(tmp_path / "state" / "epochs")) in rule.about
    (entry,) = logged(tmp_path / "state")
    assert (entry["user"], entry["detail"]) == ("o.fficer", "DISCLOSURE_CHILD")
    assert {*entry["child_pseudonyms"]} == rule.about
    assert not any(number in str(entry) + said.output for number in NUMBERS.split())


def test_a_child_has_a_pseudonym_of_every_epoch(
    tmp_path: Path, command: Callable[[str], Result]
) -> None:
    KeyRing.at(tmp_path / "state" / "epochs", first_epoch=FIRST_EPOCH)
    begin_epoch(tmp_path / "state" / "epochs", "2027")
    about = tomllib.loads(command(NUMBERS).stdout)["about"]
    assert sorted(name.partition(":")[0] for name in about) == ["2027"] * 2 + [FIRST_EPOCH] * 2


@pytest.mark.parametrize("given", ["", "\n", "943 476 5919x\n", f"{MIRA['nhs']}\nMira Ashdown\n"])
def test_what_is_no_number_is_refused_and_not_repeated(
    command: Callable[[str], Result], given: str
) -> None:
    said = command(given)
    assert said.exit_code == 2
    assert "standard input" in said.stderr
    assert not any(word in said.output for word in given.split())
