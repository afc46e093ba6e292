"""How much of a law is tried: a small sample in `make test`, the long hunt in `make laws`."""

import os
from typing import Final

LONG: Final = os.environ.get("TEAMAROUND_LAWS") == "long"
_TIMES: Final = 20


def examples(few: int) -> int:
    """`few`, or in `make laws` twenty times as many; the law is the same."""
    return few * _TIMES if LONG else few
