"""Every use that the gateway makes of HTTP as a client, each of a server that answers as it likes.

Each says whether it took the answer for a good one.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NoReturn

import typer

from adapters.contract.contract import Malformed, Records, Refused, Unavailable
from gateway.audit.errors import KeysUnavailable
from gateway.audit.keys.service.client import KeyAccess, remote_keys
from gateway.audit.publish.quorum import at_least
from gateway.audit.publish.witness_at import WitnessAt, open_session
from gateway.audit.publish.witnesses import Witnessing
from gateway.cli.sources.gateway_client import said_by
from gateway.config.certificates.renewal import Certificates
from gateway.identity.counters import ProcessCounters
from gateway.identity.proof_of_possession import Presented
from gateway.identity.sign_in import open_verifier
from gateway.model.clock import Clock
from gateway.model.errors import TryLater
from gateway.oversight.break_glass.store.grant import Notice
from gateway.oversight.notices import sender
from tests.support.adapters.asking import (
    BY_AIOHTTP,
    PUPIL,
    manifest_text,
    opened,
    question,
)
from tests.support.audit.publishing import Minutes, publishing
from tests.support.gateway.bindings import WIDE_TOML
from tests.support.gateway.sign_in import CLAIMS, Provider
from tests.support.loopback import RawHandler, serving_raw
from tests.support.secret_files import write_secret
from tests.support.settings import settings_with
from tests.support.verify.witnesses import witness_of

Use = Callable[[RawHandler, Path], Awaitable[bool]]
_PROBE_S: Final = 2.0
_PREFIX: Final = "TEAMAROUND_SOURCE_SOME_SOURCE_"
_SECRETS: Final = {f"{_PREFIX}ID": "gateway", f"{_PREFIX}SECRET": "s3cr:t"}
_LOGIN: Final = f"""
[auth]
scheme = "client_credentials"
token_url = "BASE/token"
client_id = {{ env = "{_PREFIX}ID" }}
client_secret = {{ env = "{_PREFIX}SECRET" }}
"""
_PAGES: Final = PUPIL.replace(
    'total = "body.total"', 'page = { style = "link-next", next = "body.next", max_pages = 3 }'
)
_PROBE: Final = '[health]\nget = "/health"\n'
SOAP: Final = """
[[operation]]
name = "by-upn"
path = "/pupils/{upn}"
envelope = '''<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>
<Find><Number>{upn}</Number></Find></s:Body></s:Envelope>'''
absent = "//Nobody"
records = "//Child"
[operation.map]
record_id = "Id"
"""
_GRAPHQL: Final = """
[[operation]]
name = "by-upn"
path = "/graphql"
document = "query Find($upn: ID!) { pupils(upn: $upn) { id } }"
variables = { upn = "{upn}" }
absent = "body.data.pupils == `[]`"
records = "body.data.pupils"
[operation.map]
record_id = "id"
"""
FHIR: Final = """
[[operation]]
name = "by-upn"
path = "/Patient"
query = { identifier = "{upn}" }
absent = "body.total == `0`"
records = "body.entry[].resource"
[operation.map]
record_id = "id"
"""


def _asked(kind: str, rest: str) -> Use:
    async def use(handler: RawHandler, _folder: Path) -> bool:
        async with serving_raw(handler) as base:
            text = manifest_text(kind, base, rest=rest.replace("BASE", base))
            async with opened(text, base, environ=_SECRETS) as adapter:
                reply = await adapter.source.ask(question())
        # What was found before a page that cannot be read stands, and is told to be a part.
        part = isinstance(reply, Records) and not reply.whole
        return not (part or isinstance(reply, Unavailable | Malformed | Refused))

    return use


async def _by_aiohttp(handler: RawHandler, _folder: Path) -> bool:
    async with serving_raw(handler) as base:
        text = manifest_text("rest", base, source=BY_AIOHTTP)
        async with opened(text, base) as adapter:
            reply = await adapter.source.ask(question())
    return not isinstance(reply, Unavailable | Malformed | Refused)


async def _further_page(handler: RawHandler, folder: Path) -> bool:
    async def first_honest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if b"page=2" in asked:
            await handler(_again(asked), writer)
            return
        child = {"id": 7, "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}
        body = json.dumps({"pupils": [child], "next": "/pupils/A1?page=2"}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    return await _asked("rest", _PAGES)(first_honest, folder)


def _again(asked: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(asked)
    return reader


async def _probe(handler: RawHandler, _folder: Path) -> bool:
    async with (
        serving_raw(handler) as base,
        opened(manifest_text("rest", base, rest=_PROBE + PUPIL)) as adapter,
    ):
        assert adapter.probe is not None
        try:
            async with asyncio.timeout(_PROBE_S):
                return await adapter.probe.up()
        except TimeoutError:
            return False


async def _issuer_keys(handler: RawHandler, folder: Path) -> bool:
    async with serving_raw(handler) as base:
        file = folder / "issuers.toml"
        jwks = f'jwks = {{ url = "{base}/jwks" }}'
        named = f'[[issuer]]\nissuer = "{CLAIMS["iss"]}"\naudience = "teamaround"\n'
        file.write_text(f"{named}{jwks}\n{WIDE_TOML}")
        settings = settings_with(environment="development", tokens__issuers=file)
        counts = ProcessCounters(Clock().monotonic)
        certificates = Certificates(Clock().now)
        async with open_verifier(settings, Clock(), counts, certificates) as verifier:
            try:
                await verifier.caller(Presented(f"Bearer {Provider().token()}"))
            except TryLater:
                return False
    return True


@asynccontextmanager
async def _at_socket(handler: RawHandler) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        finally:
            writer.close()

    with tempfile.TemporaryDirectory() as folder:
        place = f"{folder}/keys"
        async with await asyncio.start_unix_server(handle, place):
            yield f"unix:{place}"


async def _key_service(handler: RawHandler, folder: Path) -> bool:
    credential = write_secret(folder, "gateway", "credential", "a-credential")
    access = KeyAccess.of(credential, None)
    async with _at_socket(handler) as place, remote_keys(place, access) as keys:
        try:
            await keys.protect([b"nhs_number 9000000009"])
        except KeysUnavailable:
            return False
    return True


async def _notice(handler: RawHandler, _folder: Path) -> bool:
    async with serving_raw(handler) as base:
        send = sender(_unused, "https://sign-in.example")
        return await send(Notice("q1", 1, base, "granted"))


def _unused() -> NoReturn:
    raise AssertionError("only a place for mail needs the operator's file")


async def _witness(handler: RawHandler, folder: Path) -> bool:
    async with (
        serving_raw(handler) as base,
        publishing(folder, 1) as publication,
        open_session() as session,
    ):
        made = witness_of(publication, folder, "w1", Minutes())
        at = WitnessAt.read(f"{base} {made.cosigner.verifier_key}")
        witnessing = Witnessing(publication, [at], session, Minutes())
        await witnessing.ask_all()
        return await witnessing.signed_since(at_least(1)) is not None


async def _command(handler: RawHandler, folder: Path) -> bool:
    token = folder / "token"
    token.write_text("a-token")
    async with serving_raw(handler) as base:
        try:
            await asyncio.to_thread(said_by, base, token, "{ health }", {})
        except typer.Exit:
            return False
    return True


USES: Final[Mapping[str, Use]] = {
    "a REST source": _asked("rest", PUPIL),
    "a REST source that aiohttp carries": _by_aiohttp,
    "a FHIR source": _asked("fhir", FHIR),
    "a SOAP source": _asked("soap", SOAP),
    "a GraphQL source": _asked("graphql", _GRAPHQL),
    "a further page": _further_page,
    "a token endpoint": _asked("rest", _LOGIN + PUPIL),
    "a probe": _probe,
    "an issuer's keys": _issuer_keys,
    "the key service": _key_service,
    "a witness": _witness,
    "a command of the operator": _command,
    "a notice": _notice,
}
