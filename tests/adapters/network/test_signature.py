"""An agency can prove from a request who asked, for whom and when; checked by another's code."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

from adapters.contract.contract import Adapter
from adapters.network.http_request import HttpRequest
from adapters.network.signature import Signer
from tests.support.adapters.asking import NOW, manifest_text, opened, question
from tests.support.adapters.graphql_cases import CASES
from tests.support.adapters.nominals import NOMINALS
from tests.support.adapters.received import Received
from tests.support.loopback import serving

KEY = Ed25519PrivateKey.generate()
COVERED = ("@method", "@authority", "@path", "@query", "x-teamaround-user", "x-teamaround-purpose")


class TheKey(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str) -> Any:
        raise NotImplementedError

    def resolve_public_key(self, key_id: str) -> Any:
        assert key_id == "a-key"
        return KEY.public_key()


def signer(clock: Callable[[], datetime] = datetime.now) -> Signer:
    return Signer("a-key", KEY.sign, clock, lambda: "n-1")


def verified(received: Received) -> Any:
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=TheKey())
    (result,) = verifier.verify(
        received,
        expect_tag="teamaround",
        require_components=COVERED,
        body=received.body or None,
    )
    return result


@asynccontextmanager
async def agency(kind: str, rest: str) -> AsyncIterator[tuple[Adapter, list[Received]]]:
    seen: list[Received] = []

    async def handler(request: web.Request) -> web.Response:
        url = f"http://{request.headers['Host']}{request.raw_path}"
        body = await request.read()
        seen.append(Received(request.method, url, dict(request.headers), body))
        return web.json_response({})

    async with serving(handler) as base:
        text = manifest_text(kind, base, rest=rest)
        async with opened(text, signer=signer()) as adapter:
            yield adapter, seen


REST = """
[[operation]]
name = "by-upn"
path = "/pupils"
query = { upn = "{upn}" }
records = "body.p"
"""
POST = REST.replace("query =", 'method = "POST"\nbody =')
FHIR = REST.replace("/pupils", "/Patient").replace('records = "body.p"', "")


@pytest.mark.parametrize(
    ("kind", "rest"),
    [
        ("rest", REST),
        ("rest", POST),
        ("oneroster", REST),
        ("fhir", FHIR),
        ("graphql", CASES),
        ("soap", NOMINALS),
    ],
)
async def test_an_agency_of_any_kind_over_http_can_prove_who_asked(kind: str, rest: str) -> None:
    known = {"upn": "A801200001001", "family_name": "Hill", "birth_date": "2015-03-09"}
    asked = replace(question("by-name" if kind == "soap" else "by-upn"), given=known)
    async with agency(kind, rest) as (adapter, seen):
        await adapter.source.ask(asked)
    assert verified(seen[0]).parameters["nonce"] == "n-1"
    signed = seen[0].headers["Signature-Input"] + seen[0].headers["Signature"]
    assert not any(value in signed for value in known.values())


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "DELETE"},
        {"url": "http://other.example/pupils?upn=A801200001001"},
        {"user": "somebody.else"},
        {"purpose": "EARLY_HELP"},
        {"log": "7"},
        {"body": b'{"upn":"B"}'},
    ],
)
async def test_whatever_somebody_changes_on_the_way_the_signature_no_longer_holds(
    changed: dict[str, Any],
) -> None:
    headers = {"X-Teamaround-User": "u-17", "X-Teamaround-Purpose": "SAFEGUARDING"}
    headers["X-Teamaround-Log-Index"] = "12"
    url, body = "http://roll.example/pupils?upn=A801200001001", b'{"upn":"A"}'
    request = signer().signed(HttpRequest(url, "POST", headers, body))
    received = Received(request.method, url, dict(request.headers), body)
    verified(received)
    names = {"user": "User", "purpose": "Purpose", "log": "Log-Index"}
    said = {f"X-Teamaround-{names[n]}": v for n, v in changed.items() if n in names}
    other = {name: value for name, value in changed.items() if name not in names}
    with pytest.raises(InvalidSignature):
        verified(replace(received, **other, headers={**received.headers, **said}))


def test_a_signature_lives_a_minute() -> None:
    early = signer(lambda: datetime.now(NOW.tzinfo) - timedelta(minutes=2))
    headers = {"X-Teamaround-User": "u-17", "X-Teamaround-Purpose": "SAFEGUARDING"}
    request = early.signed(HttpRequest("http://roll.example/pupils", headers=headers))
    with pytest.raises(InvalidSignature, match="expires"):
        verified(Received("GET", request.url, dict(request.headers), b""))


@pytest.mark.parametrize(
    "url",
    ["https://Roll.Example:443", "http://roll.example:8080/a%2Fb?x=%20&y", "http://r.example/?"],
)
def test_addresses_are_signed_as_they_are_received(url: str) -> None:
    headers = {"X-Teamaround-User": " u 17 ", "X-Teamaround-Purpose": "SAFEGUARDING"}
    request = signer().signed(HttpRequest(url, headers=headers))
    assert verified(Received("GET", url, dict(request.headers), b""))


async def test_a_source_that_is_only_checked_signs_nothing() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.extend(request.headers)
        return web.json_response({})

    async with serving(handler) as base, opened(manifest_text("rest", base)) as adapter:
        await adapter.source.ask(question())
    assert "Signature" not in seen


async def test_a_name_beyond_ascii_is_told_percent_encoded() -> None:
    asked = question()
    named = replace(
        asked, on_behalf=replace(asked.on_behalf, user="zo\N{LATIN SMALL LETTER E WITH DIAERESIS}")
    )
    async with agency("rest", REST) as (adapter, seen):
        await adapter.source.ask(named)
    assert verified(seen[0])
    assert seen[0].headers["X-Teamaround-User"] == "zo%C3%AB"


PREFIX = "TEAMAROUND_SOURCE_SOME_SOURCE_"
LOGIN = f"""
[auth]
scheme = "client_credentials"
token_url = "BASE/token"
client_id = {{ env = "{PREFIX}ID" }}
client_secret = {{ env = "{PREFIX}SECRET" }}
"""
IN_PAGES = """
page = { style = "link-next", next = "body.next" }
  [operation.map]
  record_id = "id"
  family_name = "surname"
"""


async def test_a_further_page_is_signed_anew_and_a_login_is_not_signed() -> None:
    seen: list[Received] = []

    async def handler(request: web.Request) -> web.Response:
        url = f"http://{request.headers['Host']}{request.raw_path}"
        seen.append(Received(request.method, url, dict(request.headers), await request.read()))
        if request.path == "/token":
            return web.json_response({"access_token": "t1", "expires_in": 300})
        last = "page" in request.query
        return web.json_response({"p": [], **({} if last else {"next": f"{url}&page=2"})})

    numbers = count()
    signing = replace(signer(), nonce=lambda: f"n-{next(numbers)}")
    async with serving(handler) as base:
        text = manifest_text("rest", base, rest=LOGIN.replace("BASE", base) + REST + IN_PAGES)
        secrets = {f"{PREFIX}ID": "gateway", f"{PREFIX}SECRET": "secret"}
        async with opened(text, environ=secrets, signer=signing) as adapter:
            await adapter.source.ask(question())
    login, *pages = seen
    assert "Signature" not in login.headers
    assert [verified(page).parameters["nonce"] for page in pages] == ["n-0", "n-1"]
    assert {page.headers["Authorization"] for page in pages} == {"Bearer t1"}
    assert not any("authorization" in page.headers["Signature-Input"] for page in pages)
