"""The JSON Schema of a manifest, for editors that complete and check TOML while it is written."""

from typing import Any, Final

import orjson

from adapters.manifest.manifest import Manifest

_TITLE: Final = "A manifest of Team Around"
_VALUE: Final = {"$ref": "#/$defs/Value"}
# How an editor's user writes what the code reads into a number.
_MEASURES: Final[dict[str, str]] = {
    "timeout": r"^\d+(ms|s|m|h|d)$",
    "max_age": r"^\d+(ms|s|m|h|d)$",
    "cache": r"^\d+(ms|s|m|h|d)$",
    "open_for": r"^\d+(ms|s|m|h|d)$",
    "rate": r"^\d+/(s|m)$",
    "max_body": r"^\d+(B|KiB|MiB)$",
}


def schema_text() -> str:
    """The schema as JSON, ending in a line end; the same for the same code."""
    schema: dict[str, Any] = _as_written(Manifest.model_json_schema(by_alias=True))
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": _TITLE}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def _as_written(part: Any) -> Any:
    # A value may be written as its expression alone, and a measure is a text with its unit.
    if isinstance(part, list):
        return [_as_written(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part == _VALUE:
        return {"anyOf": [{"type": "string"}, _VALUE]}
    return {name: _property(name, item) for name, item in part.items()}


def _property(name: str, item: Any) -> Any:
    if name in _MEASURES and isinstance(item, dict) and "title" in item:
        return {"type": "string", "pattern": _MEASURES[name], "title": item["title"]}
    return _in_order(item) if name == "default" else _as_written(item)


def _in_order(default: Any) -> Any:
    # A set has another order in each process; no default of a manifest is a list of its own order.
    if isinstance(default, dict):
        return {name: _in_order(part) for name, part in default.items()}
    return sorted(default, key=str) if isinstance(default, list) else default
