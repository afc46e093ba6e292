"""A gateway that answers trusted documents alone, served as production serves it."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.support.edge import Edge, edge
from tests.support.settings import changed
from tests.support.town import QUERY, serving_gateway

AGENCIES: Final = "query Agencies { agencies { id } }"
RELAY: Final = "query RelayScreen { agencies { id name } }"
APOLLO: Final = "query ApolloScreen { agencies { id __typename } }"


def sha256(text: str) -> str:
    """The id that Apollo gives to a document."""
    return hashlib.sha256(text.encode()).hexdigest()


def apollo(*documents: tuple[str, str]) -> dict[str, Any]:
    """A manifest of Apollo's form over names and texts."""
    operations = [
        {"id": sha256(body), "name": name, "type": "query", "body": body}
        for name, body in documents
    ]
    return {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": operations,
    }


MANIFESTS: Final[dict[str, Any]] = {
    "codegen.json": {"a" * 40: AGENCIES, "b" * 40: QUERY},
    "relay.json": {"c" * 32: RELAY},
    "apollo.json": apollo(("ApolloScreen", APOLLO)),
}


def write_manifests(folder: Path, manifests: dict[str, Any] | None = None) -> Path:
    """A folder with these manifests, or with one of each client."""
    made = folder / "documents"
    made.mkdir(exist_ok=True)
    for name, content in (manifests or MANIFESTS).items():
        (made / name).write_text(json.dumps(content))
    return made


@asynccontextmanager
async def trusted_gateway(folder: Path, **settings: Any) -> AsyncIterator[Edge]:
    """The gateway over one agency; its endpoint is that of production."""
    documents = write_manifests(folder)
    trusted: dict[str, Any] = {"documents__allow": "trusted", "files__documents": documents}
    async with edge(folder, **trusted, **settings) as opened:
        in_production = changed(opened.town.settings, environment="production")
        async with serving_gateway(opened.town.pipeline, in_production) as url:
            yield replace(opened, town=replace(opened.town, url=url))
