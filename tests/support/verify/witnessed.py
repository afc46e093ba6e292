"""A witness over real HTTP, and what a log sends to it."""

import base64
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from gateway.audit.tree.merkle import Edge, Nodes, consistency_path, grown, leaf_hash
from gateway.audit.verify.key import VerifierKey
from gateway.audit.witness.cosigner import Cosigner
from gateway.audit.witness.memory import Memory
from gateway.audit.witness.served import witness_app
from gateway.audit.witness.witness import Witness
from tests.support.verify.published import LEAVES, REAL, note

NOW = 1_795_348_800
LOG = VerifierKey.read(REAL.verifier_key)


def new_witness(
    folder: Path, name: str = "witness.example/w1", now: Callable[[], int] = lambda: NOW
) -> Witness:
    """A witness of the log of made-up entries, whose files are below `folder`."""
    cosigner = Cosigner.at(folder / name / "witness-key", name)
    return Witness(cosigner, Memory(folder / name / "seen.sqlite"), {LOG.name: LOG}, now)


def submission(old: int, leaves: Sequence[bytes], signed: str | None = None) -> bytes:
    """What the log sends of these entries, told from `old`."""
    path = consistency_path(old, len(leaves), nodes(leaves)) if 0 < old <= len(leaves) else []
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in path)]
    return ("\n".join(lines) + f"\n\n{note(leaves) if signed is None else signed}").encode()


def nodes(leaves: Sequence[bytes]) -> Nodes:
    def node(level: int, index: int) -> bytes:
        edge, _ = grown(Edge(), map(leaf_hash, leaves[index << level : (index + 1) << level]))
        return edge.root

    return node


@asynccontextmanager
async def serving_app(app: Starlette) -> AsyncIterator[str]:
    """The application over HTTP on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http="httptools", lifespan="off", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        await server.shutdown(sockets=[listening])


@asynccontextmanager
async def serving_witness(witness: Witness) -> AsyncIterator[str]:
    """The witness over HTTP."""
    async with serving_app(witness_app(witness)) as url:
        yield url


EDITED = [*LEAVES[:10], b"another history", *LEAVES[11:]]
