"""The gateway's edge in tests: a town with one agency, and a client that may send anything."""

import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import QUERY, Town, small_town, variables_for

QUESTION: Final = {"query": QUERY, "variables": variables_for()}
RESPONSE_JSON: Final = "application/graphql-response+json"


@dataclass(frozen=True, slots=True)
class Said:
    """What came back: all of the body as text."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def code(self) -> str:
        """The code of the only error."""
        (error,) = json.loads(self.text)["errors"]
        found: str = error["extensions"]["code"]
        return found

    @property
    def message(self) -> str:
        """The message of the only error."""
        (error,) = json.loads(self.text)["errors"]
        found: str = error["message"]
        return found


@dataclass(frozen=True, slots=True)
class Edge:
    """A gateway with one agency."""

    town: Town
    agency_server: AgencyServer = field(default_factory=AgencyServer)

    async def send(
        self, body: Any = None, *, method: str = "POST", raw: bytes | None = None, **headers: str
    ) -> Said:
        """Send JSON, or `raw` bytes as they are; headers as `content_type="..."`.

        A practitioner's token goes with it, unless `authorization` says otherwise; "" is none.
        """
        content = json.dumps(QUESTION if body is None else body).encode() if raw is None else raw
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {
            "authorization": self.town.headers()["Authorization"],
            "content-type": "application/json",
            "accept": RESPONSE_JSON,
        } | named
        async with self.town.session.request(
            method,
            f"{self.town.url}/graphql",
            data=content,
            headers={name: value for name, value in sent.items() if value},
            skip_auto_headers=("Accept", "Content-Type"),
        ) as came:
            return Said(came.status, came.headers, await came.text())

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The log as it is on the disk."""
        return logged(self.town.settings.files.state)


def logged(state: Path) -> list[dict[str, Any]]:
    """Every entry of the log in a state folder."""
    uri = f"{(state / 'audit.sqlite').as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as log:
        return [json.loads(leaf) for (leaf,) in log.execute("SELECT leaf FROM entry ORDER BY idx")]


@asynccontextmanager
async def edge(
    folder: Path, agency_server: AgencyServer | None = None, **settings: Any
) -> AsyncIterator[Edge]:
    """A gateway whose only agency is `agency_server`, with these settings."""
    agency_server = agency_server or AgencyServer()
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with small_town(folder, sources, **settings) as town:
            yield Edge(town, agency_server)
