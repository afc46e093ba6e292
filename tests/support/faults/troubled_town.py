"""A town of agencies that are each ill in one way, three that are well, and one gateway."""

import asyncio
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from operator import methodcaller
from pathlib import Path
from typing import Any, Final

import asyncssh

from adapters.contract.codes import Claim
from demo.processes.postgres import Postgres
from tests.support.adapters.sftp import HOST_KEY, OTHER_KEY, RIGHT, Hanging, line, sftp
from tests.support.agencies import AUTHORITY, AgencyServer, SourceFile, rest_source
from tests.support.faults import ill_plugin
from tests.support.faults.file_faults import FILE_FAULTS, SFTP_FAULTS, FileFault
from tests.support.faults.http_faults import (
    HTML,
    HTTP_FAULTS,
    HttpFault,
    closing_at_once,
    reset,
    silent,
    unheard,
)
from tests.support.faults.ill_plugin import PLUGIN_FAULTS
from tests.support.faults.speech import Speech
from tests.support.faults.speeches import SPEECHES
from tests.support.faults.sql_faults import (
    POSTGRES_FAULTS,
    SQLITE_FAULTS,
    SqlFault,
    script,
    sqlite_places,
)
from tests.support.loopback import serving, serving_raw
from tests.support.samples import LONG
from tests.support.town import Town, all_found, small_town

HEALTHY: Final = ("council", "school", "spine")
DEADLINE_S: Final = 20.0  # even a loaded machine's agencies say what they say within it
SHORT: Final = "1s"  # of those who never say anything: a loaded machine only makes it longer
_DATABASE: Final = "faults"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One agency in trouble, in words, and what that must come to.

    One that `waits` says nothing in its own time; one that `outlasts` it, not by the deadline.
    """

    words: str
    outcomes: frozenset[str]
    waits: bool = False
    outlasts: bool = False

    @property
    def agency(self) -> str:
        """Its id; the same trouble at a shield authority has another."""
        short = self.words.lower().replace(" that ", " ", 1)
        return re.sub(r"[^a-z0-9]+", "-", short).strip("-")

    @property
    def authority(self) -> str:
        """The id of the shield authority that has the same trouble."""
        return f"authority-{self.agency}"

    @property
    def area(self) -> str:
        """Where that authority alone is."""
        return area_of(self.authority)


def area_of(authority: str) -> str:
    """The area of its own that an authority has."""
    return f"area of {authority}"


def _http(speech: Speech, fault: HttpFault) -> Trouble:
    return Trouble(f"{speech.kind} that {fault.name}", fault.outcomes, fault.waits)


def _of_plugin(fault: str) -> Trouble:
    outcomes = PLUGIN_FAULTS[fault]
    outlasts = fault == ill_plugin.STUBBORN
    return Trouble(f"plugin that {fault}", outcomes, outcomes == {"TIMEOUT"}, outlasts)


def _of_file(fault: FileFault) -> Trouble:
    return Trouble(fault.words, fault.outcomes, fault.waits)


def _sql(kind: str, fault: SqlFault) -> Trouble:
    return Trouble(f"{kind} that {fault.name}", fault.outcomes, fault.waits)


def _spoken(every: int) -> Iterator[Trouble]:
    """Each fault over HTTP, in every `every`th of the speeches that it fits, each in its turn."""
    for place, fault in enumerate(HTTP_FAULTS):
        fitting = [speech for speech in SPEECHES if fault.fits(speech)]
        yield from (
            _http(speech, fault) for speech in fitting[place % min(every, len(fitting)) :: every]
        )


_OF_NO_SPEECH: Final = (
    *(_sql("SQLite", fault) for fault in SQLITE_FAULTS),
    *(_sql("PostgreSQL", fault) for fault in POSTGRES_FAULTS),
    *map(_of_file, (*FILE_FAULTS, *SFTP_FAULTS)),
    *map(_of_plugin, PLUGIN_FAULTS),
)
TROUBLES: Final = (*_spoken(1), *_OF_NO_SPEECH)
BESIDE: Final = TROUBLES if LONG else (*_spoken(3), *_OF_NO_SPEECH)
"""Those that also stand among others, and as a shield authority: all of them in `make laws`."""


@asynccontextmanager
async def troubled_town(folder: Path, postgres: Postgres) -> AsyncIterator[Town]:
    """Every agency of TROUBLES, those of BESIDE as shield authorities too, and the healthy ones.

    Each has found the child before its trouble began: what it says counts as far as it can.
    """
    async with AsyncExitStack() as stack:
        ill = [
            *[source async for source in _over_http(stack)],
            *_in_sqlite(folder / "sqlite", stack),
            *[source async for source in _in_postgres(postgres, stack)],
            *_in_files(folder / "files"),
            *[source async for source in _over_sftp(folder / "sftp", stack)],
            *_of_plugins(folder / "plugin", stack),
        ]
        waiting = {trouble.agency for trouble in TROUBLES if trouble.waits}
        ill = [
            source.with_(test_person={}, timeout=SHORT if source.id in waiting else "120s")
            for source in ill
        ]
        beside = {trouble.agency for trouble in BESIDE}
        authorities = [_as_authority(source) for source in ill if source.id in beside]
        well = [
            rest_source(name, await stack.enter_async_context(serving(AgencyServer().answer)))
            for name in ("council", "school")
        ]
        spine = await stack.enter_async_context(serving(AgencyServer().answer))
        sources = [*ill, *authorities, *well, rest_source("spine", spine, claims=AUTHORITY)]
        # All trouble in one question may hold a loaded machine's loop for longer than a lease.
        times: dict[str, Any] = {"questions__deadline": DEADLINE_S, "replicas__lease": 300}
        opened = small_town(folder, sources, **times)
        town = await stack.enter_async_context(opened)
        all_found(town)
        yield town


def _as_authority(source: SourceFile) -> SourceFile:
    # In an area of its own: it is asked by whoever works there, and for no other question's shield.
    claims = (source.claims | {Claim.SHIELD_AUTHORITY}) - {Claim.NATIONAL}
    name = f"authority-{source.id}"
    return source.with_(id=name, claims=claims, areas=(area_of(name),))


async def _over_http(stack: AsyncExitStack) -> AsyncIterator[SourceFile]:
    for speech in SPEECHES:
        for fault in filter(methodcaller("fits", speech), HTTP_FAULTS):
            url = await _url(stack, speech, fault)
            source = speech.source(_http(speech, fault).agency, url, conclusive=fault.conclusive)
            secrets = {"id": "gateway", "secret": "s3cret"}
            yield source.with_(auth=fault.auth(url), secrets=secrets)


async def _url(stack: AsyncExitStack, speech: Speech, fault: HttpFault) -> str:
    if fault.handler is not None:
        return await stack.enter_async_context(serving_raw(fault.handler(speech)))
    kept, port = unheard()
    stack.callback(kept.close)
    return f"http://127.0.0.1:{port}"


def _in_sqlite(folder: Path, stack: AsyncExitStack) -> Iterator[SourceFile]:
    places = sqlite_places(folder)
    lock = stack.enter_context(closing(sqlite3.connect(places["locked"], isolation_level=None)))
    lock.execute("BEGIN EXCLUSIVE")
    for fault in SQLITE_FAULTS:
        dsn = f"sqlite:///{places[fault.place]}"
        yield fault.source(_sql("SQLite", fault).agency, dsn, dsn)


async def _in_postgres(postgres: Postgres, stack: AsyncExitStack) -> AsyncIterator[SourceFile]:
    postgres.run(f"CREATE DATABASE {_DATABASE}")
    postgres.run(f"CREATE ROLE zqmarker_guest LOGIN;{script(POSTGRES_FAULTS)}", _DATABASE)
    stack.callback(
        postgres.run, f"DROP DATABASE {_DATABASE} WITH (FORCE); DROP ROLE zqmarker_guest"
    )
    here = postgres.dsn(_DATABASE)
    kept, port = unheard()
    stack.callback(kept.close)
    places = {
        "well": here,
        "refused": f"postgresql://postgres@127.0.0.1:{port}/zqmarker",
        "stranger": postgres.dsn(_DATABASE, "zqmarker_stranger"),
        "elsewhere": postgres.dsn("zqmarker_elsewhere"),
        "forbidden": postgres.dsn(_DATABASE, "zqmarker_guest"),
    }
    servers = {"silent": silent, "closing": closing_at_once, "resetting": _resetting, "html": _page}
    for name, handler in servers.items():
        url = await stack.enter_async_context(serving_raw(handler))
        places[name] = f"postgresql://postgres@{url.removeprefix('http://')}/zqmarker"
    for fault in POSTGRES_FAULTS:
        dsn = places[fault.place]
        origin = f"postgresql://{dsn.partition('@')[2].partition('/')[0]}"
        yield fault.source(_sql("PostgreSQL", fault).agency, dsn, origin)


async def _resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(8)
    reset(writer)


async def _page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(8)
    writer.write(HTML)
    await writer.drain()


def _in_files(folder: Path) -> Iterator[SourceFile]:
    for fault in FILE_FAULTS:
        agency = _of_file(fault).agency
        fault.write(folder / agency)
        yield fault.source(agency, f"file://{folder / agency}")


async def _over_sftp(folder: Path, stack: AsyncExitStack) -> AsyncIterator[SourceFile]:
    kept, port = unheard()
    stack.callback(kept.close)
    raw = {"silent": silent, "closing": closing_at_once, "page": _page}
    urls = {
        name: await stack.enter_async_context(serving_raw(handler)) for name, handler in raw.items()
    }
    ill = {"hanging": Hanging, "breaking": Breaking}
    for fault in SFTP_FAULTS:
        root = folder / fault.place
        if fault.place == "refused":
            place = f"sftp://127.0.0.1:{port}"
        elif fault.place in urls:
            place = urls[fault.place].replace("http:", "sftp:")
        else:
            root.mkdir(parents=True)
            files = ill.get(fault.place, asyncssh.SFTPServer)
            place = await stack.enter_async_context(sftp(root, files))
            fault.write(root / "exports" / "well")
        where = "elsewhere" if fault.place == "nowhere" else "well"
        yield _by_ssh(fault, f"{place}/exports/{where}")


def _by_ssh(fault: FileFault, address: str) -> SourceFile:
    key = line(OTHER_KEY if fault.place == "another-key" else HOST_KEY)
    password = "wrong" if fault.place == "stranger" else RIGHT
    origin = "/".join(address.split("/")[:3])
    return replace(
        fault.source(_of_file(fault).agency, address),
        origins=(origin,),
        auth=_SSH.format(key=key),
        secrets={"user": "gateway", "password": password},
    )


_SSH: Final = """scheme = "sftp"
user = {{ file = "user" }}
password = {{ file = "password" }}
host_key = "{key}\""""


class Breaking(asyncssh.SFTPServer):
    """Fails as soon as a file is read."""

    def read(self, _file: object, _offset: int, _size: int) -> bytes:
        """Says that the disk failed."""
        raise OSError("zqmarker")


def _of_plugins(folder: Path, stack: AsyncExitStack) -> Iterator[SourceFile]:
    metadata = folder / "zqmarker_ill-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Name: zqmarker-ill\nVersion: 0.1.0\n")
    entry = "[teamaround.adapters]\nill = tests.support.faults.ill_plugin:open_source\n"
    (metadata / "entry_points.txt").write_text(entry)
    sys.path.append(str(folder))
    stack.callback(sys.path.remove, str(folder))
    for fault in PLUGIN_FAULTS:
        yield ill_plugin.source(_of_plugin(fault).agency, fault)
