"""Manifests written as text, opened and asked as the gateway would."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from adapters.contract.codes import Purpose
from adapters.contract.contract import Adapter, OnBehalf, Question, Records, Reply
from adapters.contract.paths import COMPILED, Paths
from adapters.contract.record import Record
from adapters.kinds import open_adapter
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress
from adapters.network.secrets import Secrets
from adapters.network.signature import Signer
from adapters.validation.loading import read_manifest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ON_BEHALF = OnBehalf(
    "https://teamaround.example", "u-17", "northbrook", Purpose.SAFEGUARDING, "q-42", 1234
)
ALL_FIELDS = frozenset(
    {
        "addresses",
        "carers",
        "schools",
        "gp_practice",
        "involvements",
        "support_statuses",
        "events",
    }
)
HEAD = """
manifest = 1
kind = "{kind}"
[source]
id = "some-source"
agency = "some-agency"
sector = "EDUCATION"
effects = "none"
{source}
[agency]
name = "Some agency"
duty_contact = {{ telephone = "01632 960001" }}
[limits]
timeout = "60s"
max_body = "64KiB"
max_records = 3
{rest}
"""
WANTS_PACKED = 'headers = { Accept-Encoding = "gzip, deflate, br" }\n'
# Whoever names this header is carried by aiohttp: what it allows is more than we read.
BY_AIOHTTP = 'headers = { TE = "trailers" }\n'
ALWAYS = ""  # what `carrier` has in the table of each source over HTTP
OWN_ROW = 'mark = "own-row"\n'
PUPIL = """
[[operation]]
name = "by-upn"
path = "/pupils/{upn}"
absent = "status == `404` && body.code == 'NO_SUCH_PUPIL'"
too_many = "body.code == 'TOO_MANY'"
records = "body.pupils"
total = "body.total"
as_of = "body.asOf"
[operation.map]
record_id = "id"
family_name = "surname"
given_names = "forename"
birth_date = "dob"
"""


def _localhost_has_no_address() -> bool:
    try:
        return not socket.getaddrinfo("localhost", None)
    except OSError:
        return True


resolves_names = pytest.mark.skipif(
    _localhost_has_no_address(), reason="this machine cannot resolve localhost"
)


def manifest_text(kind: str, base_url: str = "", rest: str = PUPIL, source: str = "") -> str:
    base = f'base_url = "{base_url}"\n' if base_url else ""
    base += ALWAYS if base_url.startswith("http") and "headers" not in source else ""
    mark = OWN_ROW if "restricted = " in rest and "shield_" not in source else ""
    return HEAD.format(kind=kind, source=base + mark + source, rest=rest)


def manifest_of(text: str) -> Manifest:
    with TemporaryDirectory() as folder:
        path = Path(folder, "source.toml")
        path.write_text(text)
        return read_manifest(path)


@asynccontextmanager
async def opened(  # noqa: PLR0913 - what a gateway gives a source, each by its name
    text: str,
    *origins: str,
    environ: Mapping[str, str] | None = None,
    folder: Path = Path("/nonexistent"),
    clock: Any = lambda: NOW,
    signer: Signer | None = None,
    tunnelled: bool = False,
    paths: Paths = COMPILED,
) -> AsyncIterator[Adapter]:
    manifest, threads = manifest_of(text), set(threading.enumerate())
    listed = origins or ((manifest.source.base_url or ""),)
    adapter = await open_adapter(
        manifest,
        secrets=Secrets(manifest.source.id, environ or {}, folder),
        egress=Egress.of(listed, tunnelled=tunnelled),
        clock=clock,
        signer=signer,
        paths=paths,
    )
    try:
        yield adapter
    finally:
        await adapter.aclose()
        await _drivers_ended(set(threading.enumerate()) - threads)


async def _drivers_ended(started: set[threading.Thread]) -> None:
    """The threads of SQLite's driver: one that found no file tells its loop so as it ends."""
    for thread in started:
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 10.0)


def question(
    operation: str = "by-upn",
    fields: frozenset[str] = ALL_FIELDS,
    timeout_s: float = 60.0,  # machines of tests are busy; a test of a hang names a shorter one
    **given: str,
) -> Question:
    return Question(operation, given or {"upn": "A1"}, fields, timeout_s, ON_BEHALF)


def only(reply: Reply) -> Record:
    assert isinstance(reply, Records), reply
    (record,) = reply.records
    return record
