from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from gateway.config.operator_file import (
    Area,
    Broker,
    Controller,
    HeldTestPerson,
    OperatorFile,
    PrivacyOfficer,
    ShieldTeam,
    SourceGrant,
)
from gateway.config.settings import Settings
from tests.support.docs.pages import rows, text

PAGE = text("docs/settings.md")


def _documented() -> Iterator[tuple[str, ...]]:
    for name, field in Settings.model_fields.items():
        shown = field.default if isinstance(field.default, int | float) else str(field.default)
        variable = f"TEAMAROUND_{name.upper()}"
        yield f"`{name}`", f"`{variable}`", f"`{shown}`", str(field.description)


def test_every_setting_stands_there_with_its_variable_its_default_and_its_own_words() -> None:
    table = [tuple(cells) for cells in rows(PAGE) if "TEAMAROUND_" in " ".join(cells)]
    assert [cells[:4] for cells in table] == list(_documented())


def test_the_bounds_of_a_setting_are_those_that_the_gateway_keeps() -> None:
    properties: dict[str, dict[str, Any]] = Settings.model_json_schema()["properties"]
    for cells in rows(PAGE):
        bounds = properties.get(cells[0].strip("`"), {})
        told = " ".join(cells[4:])
        for key in ("minimum", "exclusiveMinimum", "maximum"):
            assert key not in bounds or f"{bounds[key]:.12g}" in told.replace(",", "")


def test_every_key_of_the_operators_file_stands_there() -> None:
    described = {cells[0] for cells in rows(PAGE)}
    tables: tuple[type[BaseModel], ...] = (
        OperatorFile,
        ShieldTeam,
        Broker,
        Controller,
        PrivacyOfficer,
        Area,
        SourceGrant,
        HeldTestPerson,
    )
    assert described >= {f"`{name}`" for table in tables for name in table.model_fields}
