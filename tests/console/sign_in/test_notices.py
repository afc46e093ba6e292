"""A notice of sign-out that the provider did not sign is refused, whatever a stranger wrote."""

import base64
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from joserfc.jwk import ECKey

from console.asking.proofs import Prover
from console.config.settings import ProviderSettings
from console.sign_in.errors import SignInFailed
from console.sign_in.provider import Provider
from console.sign_in.signed_out import SignedOut
from tests.support.loopback import serving

KEY = ECKey.generate_key("P-256", {"kid": "k-1"})


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async def answer(request: web.Request) -> web.Response:
        here = f"http://{request.host}"
        if request.path == "/keys":
            return web.json_response({"keys": [KEY.as_dict(private=False)]})
        ends = ("authorization_endpoint", "token_endpoint")
        said = {"issuer": here, "jwks_uri": f"{here}/keys", **dict.fromkeys(ends, f"{here}/")}
        return web.json_response(said)

    async with serving(answer) as where, aiohttp.ClientSession() as session:
        settings = ProviderSettings(issuer=where, client_id="pages")
        yield Provider(settings, session, Prover(ECKey.generate_key("P-256")))


@pytest.mark.parametrize("crit", [None, 7, [[]], [None], ["exp"]])
async def test_a_notice_with_a_header_that_no_library_reads_is_refused(
    provider: Provider, crit: object
) -> None:
    header = json.dumps({"alg": "ES256", "kid": "k-1", "crit": crit}).encode()
    notice = f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.e30.AAAA"
    with pytest.raises(SignInFailed, match="not signed"):
        await SignedOut(3600).noticed(notice, provider)
