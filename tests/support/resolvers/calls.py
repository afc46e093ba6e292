"""How much work something is: counted, so that a busy machine makes no difference."""

import sys
from collections.abc import Callable
from itertools import count


def calls(work: Callable[[], object]) -> int:
    """How many functions are called for it, the built-in ones too."""
    called, before = count(), sys.getprofile()
    sys.setprofile(lambda _, event, __: next(called) if event.endswith("call") else None)
    try:
        work()
    finally:
        sys.setprofile(before)
    return next(called)
