from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

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
from gateway.config.settings_names import SettingKey, settings_of, variable_of
from tests.support.docs.pages import rows, text

PAGE = text("docs/settings.md")


def _documented() -> Iterator[tuple[str, ...]]:
    for key in settings_of(Settings):
        field = field_of(key)
        shown = field.default if isinstance(field.default, int | float) else str(field.default)
        yield f"`{key[-1]}`", f"`{variable_of(key)}`", f"`{shown}`", str(field.description)


def field_of(key: SettingKey) -> FieldInfo:
    """The field of a setting, by its key in TOML."""
    if len(key) == 1:
        return Settings.model_fields[key[0]]
    table = Settings.model_fields[key[0]].annotation
    assert isinstance(table, type)
    assert issubclass(table, BaseModel)
    return table.model_fields[key[1]]


def told() -> list[tuple[str, ...]]:
    """The rows of the page's tables of settings."""
    return [tuple(cells) for cells in rows(PAGE) if cells[1].startswith("`TEAMAROUND_")]


def test_every_setting_stands_there_with_its_variable_its_default_and_its_own_words() -> None:
    assert [cells[:4] for cells in told()] == list(_documented())


def test_every_table_stands_there_under_its_name_with_its_own_words() -> None:
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            assert f"### `[{name}]`\n\n{field.annotation.__doc__}\n\n| Key | " in PAGE


def test_the_bounds_of_a_setting_are_those_that_the_gateway_keeps() -> None:
    for key, cells in zip(settings_of(Settings), told(), strict=True):
        bounds = [bound for each in field_of(key).metadata for bound in bounds_in(each)]
        assert all(f"{bound:.12g}" in cells[4].replace(",", "") for bound in bounds), key


def bounds_in(held: Any) -> Iterator[float]:
    """The numbers that a field's metadata bounds it by."""
    for name in ("ge", "gt", "le", "lt"):
        if (bound := getattr(held, name, None)) is not None:
            yield bound


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
