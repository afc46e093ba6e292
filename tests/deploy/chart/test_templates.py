"""What can be said of the chart's files without rendering them."""

import json
import re
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml

from gateway.config.settings import Settings
from gateway.config.settings_names import settings_of, variable_of
from gateway.config.tables.connections import ConnectionSettings
from tests.support.shipped import DEPLOY, ETC

CHART: Final = DEPLOY / "chart"
TEMPLATES: Final = sorted((CHART / "templates").iterdir())
VALUES: Final[dict[str, Any]] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
SCHEMA: Final[dict[str, Any]] = json.loads((CHART / "values.schema.json").read_text("utf-8"))
TEXT: Final = "\n".join(file.read_text("utf-8") for file in TEMPLATES)


def test_every_variable_of_the_chart_is_a_setting() -> None:
    known = {variable_of(key) for key in settings_of(Settings)}
    named = set(re.findall(r"TEAMAROUND_\w+__\w+", TEXT))
    assert named
    assert named - known == set()


def test_the_values_that_are_shipped_keep_the_schema_and_hold_no_secret() -> None:
    jsonschema_rs.validate(SCHEMA, VALUES)
    secrets = [part["secret"] for part in VALUES.values() if "secret" in part]
    assert secrets
    assert set(secrets) == {""}


@pytest.mark.parametrize(
    "wrong",
    [
        {"keys": {"sekret": "x"}},
        {"gateway": {"port": 80}},
        {"gateway": {"drain": 0}},
        {"gateway": {"replicas": 0}},
        {"image": {"digest": "latest"}},
        {"keys": {"secret": "No Name"}},
    ],
)
def test_a_value_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(SCHEMA, wrong)


def test_ports_and_waits_are_those_of_the_settings() -> None:
    wait = ConnectionSettings()
    gateway = VALUES["gateway"]
    assert (gateway["drain"], gateway["stop"]) == (wait.drain, wait.stop)
    settings = (ETC / "settings.toml").read_text("utf-8")
    assert f"port = {gateway['port']}" in settings
    assert f":{VALUES['keys']['port']}" in settings
    assert f"port = {VALUES['console']['port']}" in (ETC / "pages.toml").read_text("utf-8")
    assert f"--port {VALUES['witnesses']['port']}" in (
        DEPLOY / "systemd" / "teamaround-witness.service"
    ).read_text("utf-8")


def test_what_a_template_opens_it_closes() -> None:
    for file in TEMPLATES:
        text = file.read_text("utf-8")
        opened = re.findall(r"{{-?\s*(if|with|range|define)\b", text)
        assert len(opened) == len(re.findall(r"{{-?\s*end\b", text)), file.name


def test_a_missing_secret_is_demanded_with_what_to_do() -> None:
    demands = re.findall(r'required \(?(?:printf )?"([^"]+)', TEXT)
    assert len(demands) > 8
    assert all(re.search(r"--set|Make it|such as|Write", said) for said in demands), demands
