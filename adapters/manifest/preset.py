"""A kind that is a published standard brings its own operations, so that a manifest needs none."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


def with_preset(data: object) -> object:
    """`data` of a manifest, with the standard's operations and code tables where it has none."""
    name = _named(data) if isinstance(data, dict) and "operation" not in data else None
    if not isinstance(data, dict) or name is None:
        return data
    standard = _standard(name)
    own = data.get("codes")
    codes = {**standard["codes"], **own} if isinstance(own, dict) else standard["codes"]
    return {**data, "operation": standard["operation"], "codes": codes}


def _named(data: dict[str, Any]) -> str | None:
    if data.get("kind") == "oneroster":
        return "oneroster"
    file = data.get("file")
    bundled = isinstance(file, dict) and file.get("format") == "oneroster"
    return "oneroster-bundle" if data.get("kind") == "file" and bundled else None


@cache
def _standard(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))
