"""Under one signature each agency proves its own request, and learns nothing of the others."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.network.http_request import HttpRequest
from adapters.network.signature import Signer
from adapters.network.statement import LEVELS, MOST, proven
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.docs.verifier import base_of, check
from tests.support.loopback import serving

KEY: Final = Ed25519PrivateKey.generate()
TOGETHER: Final = 'signature = "together"\n'
SIGNED: list[bytes] = []


def signing(message: bytes) -> bytes:
    SIGNED.append(message)
    return KEY.sign(message)


def signer() -> Signer:
    numbers = iter(range(10_000))
    return Signer("a-key", signing, lambda: datetime.now(UTC), lambda: f"n-{next(numbers)}")


def request(number: int, **more: str) -> HttpRequest:
    headers = {"X-Teamaround-User": "u-17", "X-Teamaround-Query": "q1", **more}
    return HttpRequest(f"https://agency-{number}.example/pupils?upn=A{number}", headers=headers)


def checked(one: HttpRequest) -> None:
    """As the agency does it; InvalidSignature if it does not hold."""
    headers = {name.lower(): value for name, value in one.headers.items()}
    base = base_of(one.method, one.url.removeprefix("https://"), headers)
    check(KEY.public_key(), base, headers)


async def together(count: int) -> list[HttpRequest]:
    SIGNED.clear()
    by = signer()
    return await asyncio.gather(*(by.signed_together(request(number)) for number in range(count)))


@pytest.mark.parametrize("count", [1, 2, 7, MOST])
async def test_each_agency_proves_its_own_request_by_the_lines_of_the_page(count: int) -> None:
    for one in await together(count):
        checked(one)
    assert len(SIGNED) == 1


async def test_what_is_more_than_a_tree_holds_has_another_signature() -> None:
    for one in await together(MOST + 3):
        checked(one)
    assert len(SIGNED) == 2


@pytest.mark.parametrize(
    "other",
    [
        lambda one: HttpRequest(one.url, "POST", one.headers),
        lambda one: HttpRequest(one.url.replace("-0.", "-1."), headers=one.headers),
        lambda one: HttpRequest(one.url.replace("A0", "A1"), headers=one.headers),
        lambda one: one.with_headers({**one.headers, "X-Teamaround-User": "u-18"}),
        lambda one: one.with_headers(
            {**one.headers, "Signature-Input": one.headers["Signature-Input"].replace("n-0", "n-1")}
        ),
    ],
    ids=["method", "host", "query", "user", "nonce"],
)
async def test_a_proof_holds_for_no_other_request(
    other: Callable[[HttpRequest], HttpRequest],
) -> None:
    first, _ = await together(2)
    checked(first)
    with pytest.raises(InvalidSignature):
        checked(other(first))


async def test_no_agency_can_pass_on_its_proof_as_another_agencys() -> None:
    first, second = await together(2)
    taken = {name: first.headers[name] for name in ("Signature", "Signature-Input")}
    with pytest.raises(InvalidSignature):
        checked(second.with_headers({**second.headers, **taken}))


def proof_of(one: HttpRequest) -> bytes:
    return base64.b64decode(one.headers["Signature"].removeprefix("teamaround=:").rstrip(":"))


async def test_a_proof_is_of_one_size_however_many_are_asked() -> None:
    sizes = {len(proof_of(one)) for count in (1, 7, MOST) for one in await together(count)}
    assert sizes == {64 + 16 + 1 + 32 * LEVELS}


async def test_nothing_in_a_proof_is_a_hash_that_somebody_could_guess() -> None:
    # Who knows another's whole request, but for its salt, cannot find it in his own proof.
    first, second = await together(2)
    beside = {proof_of(first)[81:][place : place + 32] for place in range(0, 160, 32)}
    base = signer()._text(second, "teamaround-tree")[2]  # noqa: SLF001
    guessed = {sha256(b"\0" + salt + base).digest() for salt in (b"", bytes(16))}
    assert not beside & guessed
    assert len({proof_of(one)[64:80] for one in (first, second)}) == 2


@given(st.integers(1, MOST), st.data())
@settings(max_examples=30)
def test_any_place_of_the_tree_proves_its_text_and_none_proves_another(
    count: int, data: st.DataObject
) -> None:
    texts = [b"text %d" % number for number in range(count)]
    proofs = proven([(bytes(16), one) for one in texts], KEY.sign)
    number = data.draw(st.integers(0, count - 1))
    assert proves(proofs[number], texts[number])
    assert not proves(proofs[number], b"text of nobody")
    at = data.draw(st.integers(0, len(proofs[number]) - 1))
    changed = bytearray(proofs[number])
    changed[at] ^= data.draw(st.sampled_from([1, 2, 4, 8, 16]))
    assert not proves(bytes(changed), texts[number])


def proves(proof: bytes, said: bytes) -> bool:
    headers = {"signature": f"teamaround=:{base64.b64encode(proof).decode()}:"}
    try:
        check(KEY.public_key(), said, headers)
    except InvalidSignature:
        return False
    return True


def test_the_places_are_drawn_by_lot() -> None:
    places = {proven([(bytes(16), b"one")], KEY.sign)[0][80] for _ in range(200)}
    assert len(places) > MOST // 2


async def test_whoever_goes_away_before_the_signature_leaves_the_others_theirs() -> None:
    by = signer()
    tasks = [asyncio.create_task(by.signed_together(request(number))) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    for one in (await tasks[0], await tasks[2]):
        checked(one)
    assert tasks[1].cancelled()


async def test_a_key_that_cannot_sign_is_told_to_everybody() -> None:
    def broken(_message: bytes) -> bytes:
        raise OSError("no key")

    by = Signer("a-key", broken, lambda: datetime.now(UTC), lambda: "n")
    said = await asyncio.gather(
        *(by.signed_together(request(number)) for number in range(3)), return_exceptions=True
    )
    assert [type(one) for one in said] == [OSError] * 3


async def test_agencies_of_one_moment_share_a_signature_where_their_manifests_say_so() -> None:
    SIGNED.clear()
    seen: list[tuple[str, Mapping[str, str]]] = []

    async def handler(asked: web.Request) -> web.Response:
        seen.append((asked.raw_path, {name.lower(): one for name, one in asked.headers.items()}))
        return web.json_response({"pupils": [], "total": 0})

    by = signer()
    async with serving(handler) as base, serving(handler) as other:
        first, second = (manifest_text("rest", one, source=TOGETHER) for one in (base, other))
        async with opened(first, signer=by) as one, opened(second, signer=by) as another:
            await asyncio.gather(one.source.ask(question()), another.source.ask(question()))
    assert len(SIGNED) == 1
    assert len({headers["signature-input"].partition("nonce=")[2][:6] for _, headers in seen}) == 2
    for path, headers in seen:
        check(KEY.public_key(), base_of("GET", headers["host"] + path, headers), headers)
