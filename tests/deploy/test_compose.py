"""Two gateways from the compose file share their stores, and none starts without its secrets."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gateway.cli.checking.every_fault import every_fault
from gateway.config.settings import read_settings
from gateway.config.tables.connections import ConnectionSettings
from tests.support.shipped import DEPLOY, ETC, parsed

FILE: Final = DEPLOY / "compose.yaml"
READ: Final[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: Final[dict[str, dict[str, Any]]] = READ["services"]
OURS: Final = {name: each for name, each in SERVICES.items() if "TEAMAROUND" in each["image"]}
_REQUIRED: Final = re.compile(r"\$\{(\w+):\?([^}]+)\}")

each_service = pytest.mark.parametrize("name", SERVICES)


def options(name: str) -> tuple[str, dict[str, Any]]:
    """The command of a service, and its options, as the command line reads them."""
    return parsed(SERVICES[name].get("command", ["serve", "--settings", "settings.toml"]))


@each_service
def test_a_service_has_no_privileges_and_cannot_change_its_own_files(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ulimits"]["core"] == 0
    assert service["user"] not in {"root", "0", "0:0"}
    assert not {"privileged", "cap_add", "network_mode", "pid"} & service.keys()


def test_the_stores_and_the_keys_are_reached_from_inside_alone() -> None:
    assert READ["networks"]["inside"] == {"internal": True}
    opened = {name for name, each in SERVICES.items() if "ports" in each}
    assert opened == {"gateway-1", "gateway-2"}
    for name in SERVICES.keys() - opened:
        assert list(SERVICES[name]["networks"]) == ["inside"]


@pytest.mark.parametrize("name", OURS)
def test_the_command_line_can_read_what_each_service_runs(name: str) -> None:
    expected = {"keys": "teamaround keys serve", "schema": "teamaround db upgrade"}
    assert options(name)[0] == expected.get(name, "teamaround serve")


def test_every_secret_is_demanded_in_a_sentence() -> None:
    text = FILE.read_text("utf-8")
    demanded = dict(_REQUIRED.findall(text))
    assert demanded.keys() == set(re.findall(r"\$\{(TEAMAROUND_\w+PASSWORD)", text))
    assert all(said.startswith("write ") for said in demanded.values())
    assert len(re.findall(r"\$\{\w+PASSWORD", text)) == len(_REQUIRED.findall(text))


def test_the_shipped_settings_take_the_stores_of_the_compose_file(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SERVICES["gateway-1"]["environment"].items():
        monkeypatch.setenv(name, _REQUIRED.sub("secret", value))
    file = made / "settings.toml"
    assert [str(fault) for fault in every_fault(file)] == []
    assert read_settings(file).log.dsn == "postgresql://gateway:secret@postgres:5432/teamaround"


def test_the_gateways_find_the_key_service_by_the_name_in_their_settings(made: Path) -> None:
    (alias,) = SERVICES["keys"]["networks"]["inside"]["aliases"]
    settings, (_, served) = read_settings(made / "settings.toml"), options("keys")
    assert settings.keys.service == f"https://{alias}:{served['port']}"
    assert f'log_origin = "{served["log"]}"' in (ETC / "operator.toml").read_text("utf-8")


def test_ports_and_times_are_those_of_the_settings(made: Path) -> None:
    wait, port = ConnectionSettings(), read_settings(made / "settings.toml").server.port
    for name in ("gateway-1", "gateway-2"):
        service = SERVICES[name]
        assert service["ports"][0].split(":")[1] == str(port)
        assert f":{port}/ready'" in service["healthcheck"]["test"][-1]
        assert int(service["stop_grace_period"].removesuffix("s")) > wait.drain + wait.stop


def test_two_gateways_share_no_state_and_nothing_but_their_stores() -> None:
    first, second = (SERVICES[name]["volumes"] for name in ("gateway-1", "gateway-2"))
    assert set(first) & set(second) == {"./etc/gateway:/etc/teamaround:ro"}
