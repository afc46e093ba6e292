"""The longest answers that a source may give of each kind, as nobody honest would build them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.contract.contract import Adapter
from tests.support.adapters.asking import PUPIL, manifest_text, opened
from tests.support.hostile.outgoing_uses import FHIR, SOAP
from tests.support.loopback import RawHandler, serving_raw

_DSN: Final = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN"
_ENVELOPE: Final = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><A'
_ENDED: Final = "</A></s:Body></s:Envelope>"
_TYPES: Final = {"rest": "application/json", "fhir": "application/fhir+json"}


def _bundle(entry: str, count: int) -> str:
    listed = ",".join([entry] * count)
    return f'{{"resourceType":"Bundle","type":"searchset","total":0,"entry":[{listed}]}}'


def _pupils(item: str, count: int) -> str:
    return f'{{"pupils":[{",".join([item] * count)}],"total":1}}'


def _keys(count: int) -> str:
    return ",".join(f'"k{n:09x}":1' for n in range(count))


def _attributes(count: int) -> str:
    return " ".join(f'a{n:x}="1"' for n in range(count))


# Each by its kind of source. Those that are refused are here for what the refusal costs.
BODIES: Final[Mapping[str, tuple[str, Callable[[], str]]]] = {
    "60,000 keys": ("rest", lambda: f'{{"pupils":[],"total":0,{_keys(60_000)}}}'),
    "16,000 keys in a record": ("rest", lambda: f'{{"pupils":[{{{_keys(16_000)}}}],"total":1}}'),
    "10,000 records": ("rest", lambda: _pupils('{"id":1,"surname":"Hill"}', 10_000)),
    "lists in lists": ("rest", lambda: _pupils("[" * 40 + "]" * 40, 800)),
    "a long name": ("rest", lambda: _pupils(f'{{"id":1,"surname":"{"e" * 1_000_000}"}}', 1)),
    "10,000 entries": ("fhir", lambda: _bundle('{"resource":{"resourceType":"Patient"}}', 10_000)),
    "16,000 entries of nothing": ("fhir", lambda: _bundle('{"resource":{}}', 16_000)),
    "19,000 elements": ("soap", lambda: f"{_ENVELOPE}>{'<b/>' * 19_000}{_ENDED}"),
    "90,000 attributes": ("soap", lambda: f"{_ENVELOPE} {_attributes(90_000)}>{_ENDED}"),
    "39,000 attributes": ("soap", lambda: f"{_ENVELOPE} {_attributes(39_000)}>{_ENDED}"),
}
_ROWS: Final = """
[source.sql]
[[operation]]
name = "by-upn"
sql = '''WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ROWS)
  SELECT i / 100 AS record_id, 'Hill' AS family, '2015-03-09' AS born, 'Worker ' || i AS worker
  FROM n WHERE :upn <> '' '''
[operation.map]
record_id = "record_id"
family_name = "family"
birth_date = "born"
[[operation.involvement]]
each = "rows"
practitioner = "worker"
"""


@dataclass(frozen=True, slots=True)
class LongAnswers:
    """A kind of long answer, and how a source that gives it is opened."""

    name: str

    @asynccontextmanager
    async def opened(self, folder: Path) -> AsyncIterator[Adapter]:
        """The source, asked by "by-upn"."""
        if self.name in ROWS:
            async with _database(folder, ROWS[self.name]) as adapter:
                yield adapter
            return
        if self.name == DETAIL:
            async with serving_raw(_of_one_child) as base:
                text = manifest_text("rest", base, rest=_DETAILED).replace("64KiB", "1MiB")
                async with opened(text, base) as adapter:
                    yield adapter
            return
        kind, body = BODIES[self.name]
        rest = {"rest": PUPIL, "fhir": FHIR, "soap": SOAP}[kind]
        async with serving_raw(_giving(kind, body().encode())) as base:
            manifest = manifest_text(kind, base, rest=rest)
            widened = manifest.replace("64KiB", "1MiB").replace("= 3\n", "= 200\n", 1)
            async with opened(widened, base) as adapter:
                yield adapter


ROWS: Final[Mapping[str, int]] = {"60,000 rows of a database": 60_000, "16,000 rows": 16_000}
DETAIL: Final = "a detail of 16,000 items"
KINDS: Final = (*BODIES, *ROWS, DETAIL)
_DETAILED: Final = f"""{PUPIL}
[[operation.involvement]]
each = "workers"
practitioner = "name"
[operation.detail.workers]
path = "/pupils/{{record_id}}/workers"
items = "body.workers"
"""


@asynccontextmanager
async def _database(folder: Path, rows: int) -> AsyncIterator[Adapter]:
    dsn = f"sqlite:///{folder / 'council.db'}"
    (folder / "council.db").touch()
    source = f'dsn = {{ env = "{_DSN}" }}\n'
    manifest = manifest_text(
        "sql", rest=_ROWS.replace("[source.sql]\n", "").replace("ROWS", str(rows)), source=source
    )
    widened = manifest.replace("64KiB", "4MiB").replace("= 3\n", "= 200\n", 1)
    async with opened(widened, dsn, environ={_DSN: dsn}) as adapter:
        yield adapter


def _giving(kind: str, body: bytes) -> RawHandler:
    said = _TYPES.get(kind, "application/soap+xml").encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (said, len(body))

    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        writer.write(body)
        await writer.drain()

    return give


async def _of_one_child(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A short record, and a long list of who works with her."""
    asked = await reader.readuntil(b"\r\n\r\n")
    workers = ",".join(f'{{"name":"Worker {place}"}}' for place in range(16_000))
    one = '{"pupils":[{"id":"1","surname":"Hill","forename":"Ann","dob":"2015-03-09"}],"total":1}'
    body = (f'{{"workers":[{workers}]}}' if b"/workers" in asked else one).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()
