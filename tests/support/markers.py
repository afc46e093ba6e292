"""A child whose every detail is a marker, and the questions that would leave a trace of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import aiohttp
from aiohttp import web

from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, AgencyServer, SourceFile, rest_source
from tests.support.loopback import serving, serving_raw
from tests.support.served_gateway import Served
from tests.support.town import PRACTITIONER, QUERY

FAMILY: Final = "Qwyndlehurst-Ófarrow"
GIVEN: Final = "Xanthippolyta"
NHS: Final = "9434765919"
UPN: Final = "H801200001001"
BORN: Final = "2013-11-27"
STREET: Final = "77 Vellichorion Crescent"
POSTCODE: Final = "ZE9 7QX"
WORKER: Final = "Thaddeus Brumblewick"
TELEPHONE: Final = "01632 960739"
JUSTIFICATION: Final = "grumbledroth bruises on the arm"
CASE: Final = "CASE-FLIMWORTH-1"
BODY: Final = "snarkwhistle in a broken reply"
MARKERS: Final = (
    *(FAMILY, GIVEN, NHS, UPN, BORN, STREET, POSTCODE, WORKER, TELEPHONE),
    *(JUSTIFICATION, CASE, BODY),
)
CHILD: Final[Mapping[str, Any]] = {
    "id": "p-1",
    "nhs": NHS,
    "upn": UPN,
    "family": FAMILY,
    "given": GIVEN,
    "born": BORN,
    "restricted": "N",
    "home": {"lines": [STREET], "postcode": POSTCODE},
    "workers": [{"name": WORKER, "role": "Social worker", "telephone": TELEPHONE}],
}
KNOWN: Final = {"nhsNumber": NHS, "birthDate": BORN}
NAMED: Final = {"givenNames": [GIVEN], "familyName": FAMILY, "birthDate": BORN}
REASON: Final = {"purpose": "SAFEGUARDING", "justification": JUSTIFICATION, "caseReference": CASE}
# What tracing clients send; a client may make its trace of a number of the child's.
OF_TRACING: Final = {
    "traceparent": f"00-{NHS:0>32}-{NHS:0>16}-01",
    "tracestate": f"vendor={UPN}",
    "baggage": f"child={GIVEN},case={CASE}",
    "X-Request-ID": NHS,
}
STREAM: Final = QUERY.replace("answers {", "answers @stream {")


def question(known: Any, query: str = QUERY, **reason: Any) -> dict[str, Any]:
    return {"query": query, "variables": {"known": known, "reason": {**REASON, **reason}}}


GOOD: Final = (
    question(KNOWN),
    question(NAMED),
    question({**NAMED, "upn": UPN, "postcode": POSTCODE}),
    question({"agencyRecord": {"agency": "spine", "recordId": "p-1"}, "familyName": FAMILY}),
    question({**NAMED, "givenNames": [GIVEN, GIVEN]}, STREAM),
    question(KNOWN, STREAM),
)
BAD: Final = (
    question({"nhsNumber": NHS}),
    question({**KNOWN, "nhsNumber": NHS[:-1] + "0"}),
    question({**NAMED, "birthDate": f"{FAMILY} {BORN}"}),
    question({**NAMED, FAMILY: GIVEN}),
    question(FAMILY),
    question(KNOWN, caseReference=None),
    question(KNOWN, justification=JUSTIFICATION * 200),
    question(KNOWN, purpose=GIVEN),
    {"query": f'{{ child(known: {{ familyName: "{FAMILY}" }}) {{ receipt {{ index }} }} }}'},
    {"query": f'{{ agencies {{ id }} }} "{GIVEN} {NHS}"'},
    {"query": f"# {FAMILY}\n{{ {GIVEN}: agencies {{ id }} }}", "operationName": GIVEN},
    {"query": f'{{ __type(name: "{FAMILY}") {{ name {GIVEN} }} }}'},
    {"query": "query($n: Int) { accesses(first: $n) { availableFrom } }", "variables": {"n": NHS}},
    [question(KNOWN)],
    FAMILY,
)


async def refusing(_: web.Request) -> web.Response:
    text = f"{BODY} {FAMILY} {NHS}"
    return web.Response(status=500, text=text, headers={"X-Reason": WORKER})


async def html(_: web.Request) -> web.Response:
    return web.Response(text=f"<title>{BODY}</title>{FAMILY}", content_type="text/html")


async def misshapen(_: web.Request) -> web.Response:
    child = {**CHILD, "born": f"{BODY} {BORN}", "given": {FAMILY: NHS}, "workers": BODY}
    return web.json_response({"children": [child, FAMILY], "total": BODY})


async def breaking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"HTTP/1.1 200 {BODY}\r\nContent-Length: 9999\r\n\r\n".encode() + FAMILY.encode())


@asynccontextmanager
async def agencies(before: Any = None) -> AsyncIterator[list[SourceFile]]:
    """A spine and a council that hold the child, and others whose systems fail over it.

    `before` looks at each request to the first two.
    """
    agency_server = AgencyServer(children=(CHILD,), before=before)
    async with AsyncExitStack() as stack:
        good = await stack.enter_async_context(serving(agency_server.answer))
        urls = {
            "refusing": await stack.enter_async_context(serving(refusing)),
            "html": await stack.enter_async_context(serving(html)),
            "misshapen": await stack.enter_async_context(serving(misshapen)),
            "breaking": await stack.enter_async_context(serving_raw(breaking)),
            "nobody": "http://127.0.0.1:9",
        }
        sources = [rest_source("spine", good, claims=AUTHORITY, onward=("identifiers", "names"))]
        sources.append(rest_source("council", good))
        yield [*sources, *(rest_source(name, url) for name, url in urls.items())]


@asynccontextmanager
async def sent(gateway: Served, body: Any, **headers: str) -> AsyncIterator[aiohttp.ClientResponse]:
    token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    usual = {"Authorization": f"Bearer {token}", "Accept": "multipart/mixed, */*", **OF_TRACING}
    url = f"{gateway.url}/graphql?{FAMILY}"
    async with gateway.session.post(url, json=body, headers=usual | named) as came:
        yield came


async def send(gateway: Served, body: Any, **headers: str) -> int:
    async with sent(gateway, body, **headers) as came:
        await came.read()
        return came.status


async def drop(gateway: Served, body: Any) -> None:
    """Ask, and leave before the answer is over."""
    async with sent(gateway, body) as came:
        came.close()


async def ask_everything(gateway: Served) -> list[int]:
    """A hundred questions of all kinds; their statuses."""
    statuses: list[int] = []
    for _ in range(4):
        statuses += await asyncio.gather(*(send(gateway, body) for body in GOOD))
        statuses += await asyncio.gather(*(send(gateway, body) for body in BAD))
        await asyncio.gather(*(drop(gateway, body) for body in GOOD[-2:]))
        statuses.append(await send(gateway, GOOD[0], Authorization=f"Bearer {FAMILY}"))
        statuses.append(await send(gateway, GOOD[0], Content_Type=f"text/{NHS}"))
    async with gateway.session.get(f"{gateway.url}/{NHS}?name={FAMILY}") as lost:
        statuses.append(lost.status)
    return statuses
