"""Durations, sizes and rates, as a manifest writes them."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"(\d+)(B|KiB|MiB)")
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024 * 1024}
_RATE = re.compile(r"(\d+)/(s|m)")


def _measure(shape: re.Pattern[str], units: dict[str, float], example: str) -> Any:
    def read(text: object) -> float:
        found = shape.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"write it like {example}")
        return int(found.group(1)) * units[found.group(2)]

    return read


Seconds = Annotated[float, BeforeValidator(_measure(_DURATION, _SECONDS, '"1500ms" or "10s"'))]
Bytes = Annotated[
    int, BeforeValidator(lambda text: int(_measure(_SIZE, {**_BYTES}, '"1MiB"')(text)))
]
PerSecond = Annotated[
    float, BeforeValidator(_measure(_RATE, {"s": 1.0, "m": 1 / 60}, '"5/s" or "300/m"'))
]
