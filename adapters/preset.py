"""A kind that is a published standard brings its own operations, so that a manifest needs none."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

STANDARDS: Final = ("oneroster",)


def with_preset(data: object) -> object:
    """`data` of a manifest, with the standard's operations and code tables where it has none."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(data, dict) or kind not in STANDARDS or "operation" in data:
        return data
    standard = _standard(str(kind))
    own = data.get("codes")
    codes = {**standard["codes"], **own} if isinstance(own, dict) else standard["codes"]
    return {**data, "operation": standard["operation"], "codes": codes}


@cache
def _standard(kind: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{kind}.toml").read_text("utf-8"))
