"""`teamaround check --online` from end to end: files first, then everybody at once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web
from typer.testing import CliRunner, Result

from demo.processes.ports import free_port
from gateway.cli.checking.online.findings import Finding, FindingState
from gateway.cli.checking.online.online import Waits, look_online
from gateway.cli.main import app
from gateway.config.settings import read_settings
from tests.support.gateway.sound_place import VARIABLE, sound_place
from tests.support.loopback import serving
from tests.support.spoilt_files import change

WAITS: Final = Waits(service_s=5, source_s=5)
ROLL: Final = "manifests/school-roll.toml"
EXAMPLE: Final = """
[[example]]
operation = "by-number"
given = { nhs_number = "9449305552" }
reply = "absent.json"
outcome = "no-record"
"""
ABSENT: Final = {"status": 404, "body": {"code": "NO_SUCH_CHILD"}}


@dataclass(slots=True)
class Roll:
    """A school roll that knows nobody; `asked` says whether anybody came."""

    asked: bool = False

    async def answer(self, request: web.Request) -> web.Response:
        self.asked = True
        if request.headers.get("Authorization") != "Bearer a token":
            return web.json_response({"code": "SIGN_IN"}, status=401)
        if not request.path.startswith("/children/"):
            return web.json_response({"code": "NO_SUCH_PLACE"}, status=404)
        return web.json_response({"code": "NO_SUCH_CHILD"}, status=404)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of a production gateway: no key service runs, and one source is a roll."""
    monkeypatch.setenv(VARIABLE, "a token")
    monkeypatch.chdir(tmp_path)
    settings = sound_place(tmp_path)
    (tmp_path / "manifests/clinic.toml").unlink()
    monkeypatch.delenv(VARIABLE)
    with (tmp_path / ROLL).open("a") as manifest:
        manifest.write(EXAMPLE)
    (tmp_path / "manifests/absent.json").write_text(json.dumps(ABSENT))
    return settings


def serve_at(folder: Path, url: str) -> None:
    """Have the roll be there."""
    change(ROLL, "https://roll.example", url)(folder)
    change("operator.toml", '"https://roll.example"', f'"{url}", "127.0.0.0/8"')(folder)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["check", *words])


async def looked(place: Path) -> dict[str, Finding]:
    return {each.part: each for each in await look_online(read_settings(place), WAITS)}


def test_a_fault_in_the_files_is_told_and_nobody_is_asked(place: Path) -> None:
    change("settings.toml", "port = 0", "prot = 0")(place.parent)
    said = run("--settings", str(place), "--online", "--json")
    assert said.exit_code == 2
    assert json.loads(said.stdout).keys() == {"ok", "faults"}


def test_every_service_that_is_away_is_told_in_one_go(place: Path) -> None:
    serve_at(place.parent, f"http://127.0.0.1:{free_port()}")
    said = run("--settings", str(place), "--online", "--json")
    told = json.loads(said.stdout)
    states = {each["part"]: each["state"] for each in told["online"]}
    assert (said.exit_code, told["ok"], told["faults"]) == (2, False, [])
    assert states["key service 1"] == states["keys.service"] == "wrong"
    assert states["source school-roll"] == "wrong"
    assert states["issuer https://sign-in.example"] == states["files.state"] == "ok"
    assert states["certificate tls.certificate"] == "warning"


def test_a_line_says_how_each_stands_and_what_to_do(place: Path) -> None:
    serve_at(place.parent, f"http://127.0.0.1:{free_port()}")
    said = run("--settings", str(place), "--online")
    assert said.exit_code == 2
    assert "warning certificate tls.certificate: ends in 0 days: renew it and reload" in said.stdout
    assert "wrong   key service 1: the key service: " in said.stdout
    assert "a token" not in said.output
    assert "a credential" not in said.output


async def test_a_source_is_asked_and_its_level_told(place: Path) -> None:
    roll = Roll()
    async with serving(roll.answer) as url:
        serve_at(place.parent, url)
        found = (await looked(place))["source school-roll"]
    assert roll.asked
    assert found.state is not FindingState.WRONG


async def test_a_source_whose_questions_have_effects_is_not_asked(place: Path) -> None:
    roll = Roll()
    change(ROLL, 'effects = "none"', 'effects = "notifies-agency"')(place.parent)
    async with serving(roll.answer) as url:
        serve_at(place.parent, url)
        found = (await looked(place))["source school-roll"]
    assert not roll.asked
    assert found.state is FindingState.SKIPPED


async def test_a_source_that_can_be_asked_about_nobody_is_never_called_well(place: Path) -> None:
    change(ROLL, EXAMPLE, "")(place.parent)
    serve_at(place.parent, f"http://127.0.0.1:{free_port()}")
    assert (await looked(place))["source school-roll"].state is FindingState.SKIPPED


def test_without_the_option_nobody_is_asked(place: Path) -> None:
    said = run("--settings", str(place))
    assert (said.exit_code, said.stdout.count("\n")) == (0, 1)
