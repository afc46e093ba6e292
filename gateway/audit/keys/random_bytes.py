"""Random bytes of the system's generator, each once, many drawn at a time.

Each look at the generator lets another thread go first, and a question needs three numbers. They
are public once they are used. So it does no harm that the next ones are in memory before that.
"""

import os
import secrets
from base64 import urlsafe_b64encode
from typing import Final

_AT_A_TIME: Final = 64


class RandomBytes:
    """Gives `count` bytes at each call; a process that was forked from this one gets others."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._left: list[bytes] = []
        os.register_at_fork(after_in_child=self._left.clear)

    def __call__(self) -> bytes:
        """The next ones."""
        try:
            return self._left.pop()
        except IndexError:  # also where another thread took the last
            drawn, count = secrets.token_bytes(_AT_A_TIME * self._count), self._count
            first, *others = (drawn[at : at + count] for at in range(0, len(drawn), count))
            self._left.extend(others)
            return first

    def text(self) -> str:
        """The next ones in base64url without padding."""
        return urlsafe_b64encode(self()).rstrip(b"=").decode()
