"""Ports for servers that can't say which one they took."""

import secrets
import socket
from contextlib import suppress
from typing import Final

_NOT_GIVEN_OUT: Final = range(20_000, 32_768)


def free_port() -> int:
    """A port that was free a moment ago.

    It lies below those that systems give to whoever names none, so nobody is given it meanwhile.
    """
    while True:
        port = secrets.choice(_NOT_GIVEN_OUT)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
