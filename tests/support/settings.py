"""Settings for tests, each named as its variable is: `questions__deadline` is in `[questions]`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.config.settings import Settings

# A town's one practitioner asks more than any person could.
UNHURRIED: Final[Mapping[str, int]] = {
    f"limits__{name}": 1_000_000
    for name in (
        "questions_per_minute",
        "questions_per_minute_organisation",
        "requests_per_minute",
        "mistyped_per_minute",
        "children_per_hour",
        "children_per_hour_organisation",
        "unfound_per_hour",
        "out_of_area_per_day",
        "break_glass_per_hour",
    )
}
# Nor is a loaded machine's client refused for taking its time, nor its agency given up, nor a
# gateway that had no time to look for newer rules.
PATIENT: Final[Mapping[str, int]] = {
    **{f"connections__{name}": 600 for name in ("handshake", "head", "body", "send", "keep_alive")},
    "questions__deadline": 60,
    "replicas__lease": 600,
}
# An answer about nobody is silent for half of the deadline: for tests that ask about many.
BRISK: Final[Mapping[str, float]] = {"questions__deadline": 4.0}


def tables(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of the settings file: {"log": {"dsn": ...}} of {"log__dsn": ...}."""
    found: dict[str, Any] = {}
    for name, value in flat.items():
        table, _, key = name.partition("__")
        if key:
            found.setdefault(table, {})[key] = value
        else:
            found[table] = value
    return found


def settings_with(**flat: Any) -> Settings:
    """The settings of a gateway for which these stand in its file."""
    return Settings(**tables(flat))


def changed(settings: Settings, **flat: Any) -> Settings:
    """The same settings but for these."""
    given = {
        name: getattr(settings, name).model_copy(update=value) if isinstance(value, dict) else value
        for name, value in tables(flat).items()
    }
    return settings.model_copy(update=given)


def as_toml(settings: Settings) -> str:
    """The settings as an operator would write them, defaults and all."""
    return "\n".join(_lines(settings.model_dump(mode="json", exclude_none=True))) + "\n"


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield f"[{name}]"
            yield from (f"{key} = {json.dumps(each)}" for key, each in value.items())
        else:
            yield f"{name} = {json.dumps(value)}"
