"""Asks the gateway from Python with gql. What it raises holds nothing of the question."""

import logging
from typing import Any

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport

logging.getLogger("gql.transport").setLevel(logging.WARNING)  # else it logs every question


class RefusedError(Exception):
    """The gateway refused: `code` says why, the message what to do."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code
