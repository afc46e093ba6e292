"""The organisation's OpenID Connect provider: where it is, what it signs, what it answers."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from console.asking.proofs import Prover
from console.config.settings import ProviderSettings
from console.sign_in.errors import SignInFailed

_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
_PATIENCE: Final = aiohttp.ClientTimeout(total=10)
_KEYS_AGAIN_S: Final = 10.0
_AWAY: Final = "The sign-in service cannot be reached, or answered something else. Try again later."


class ProviderMetadata(BaseModel):
    """What OpenID Connect Discovery says, as far as these pages use it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


@dataclass(slots=True)
class _Known:
    metadata: ProviderMetadata | None = None
    keys: KeySet | None = None
    read_at: float = 0.0


class Provider:
    """Speaks to the provider; what it publishes is read once, its keys again for an unknown one."""

    def __init__(
        self, settings: ProviderSettings, session: aiohttp.ClientSession, prover: Prover
    ) -> None:
        self.settings = settings
        self._session = session
        self._prover = prover
        self._known = _Known()
        file = settings.client_secret
        self._secret = file.read_text("utf-8").strip() if file else None

    async def metadata(self) -> ProviderMetadata:
        """Where its endpoints are; SignInFailed if it is away or is another issuer."""
        if self._known.metadata is None:
            address = f"{self.settings.issuer}/.well-known/openid-configuration"
            try:
                read = ProviderMetadata.model_validate(await self._get(address))
            except ValidationError:
                raise SignInFailed(_AWAY) from None
            if read.issuer.rstrip("/") != self.settings.issuer:
                raise SignInFailed(_AWAY)
            self._known.metadata = read
        return self._known.metadata

    async def tokens(self, grant: str, **given: str) -> dict[str, Any]:
        """What the token endpoint gives for a grant; SignInFailed if it refuses."""
        endpoint = (await self.metadata()).token_endpoint
        if self.settings.resource:
            given["resource"] = self.settings.resource
        status, answer, nonce = await self._post(endpoint, grant, given, None)
        if answer.get("error") == "use_dpop_nonce" and nonce:
            status, answer, _ = await self._post(endpoint, grant, given, nonce)
        if status != 200 or not isinstance(answer.get("access_token"), str):  # noqa: PLR2004
            raise SignInFailed("The sign-in service refused. Sign in again.")
        return answer

    async def signed(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Claims and header of a token that the provider signed; SignInFailed otherwise."""
        for again in (False, True):
            keys = await self._keys(again=again)
            try:
                read = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            except Exception:  # noqa: BLE001, S112  the library stumbles over what strangers write
                continue
            return dict(read.claims), dict(read.header)
        raise SignInFailed("The sign-in service's answer is not signed by it. Sign in again.")

    async def _keys(self, *, again: bool) -> KeySet:
        known, now = self._known, time.monotonic()
        if known.keys is None or (again and now - known.read_at > _KEYS_AGAIN_S):
            read = await self._get((await self.metadata()).jwks_uri)
            try:
                known.keys, known.read_at = KeySet.import_key_set(read), now  # type: ignore[arg-type]
            except (JoseError, KeyError, TypeError, ValueError):
                raise SignInFailed(_AWAY) from None
        return known.keys

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            async with self._session.get(
                address, timeout=_PATIENCE, allow_redirects=False
            ) as response:
                return _object(await response.read())
        except (aiohttp.ClientError, TimeoutError):
            raise SignInFailed(_AWAY) from None

    async def _post(
        self, endpoint: str, grant: str, given: Mapping[str, str], nonce: str | None
    ) -> tuple[int, dict[str, Any], str | None]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if self.settings.dpop:
            said = {"nonce": nonce} if nonce else {}
            headers["DPoP"] = self._prover.proof("POST", endpoint, said)
        uri, headers, body = self._client_auth().prepare(
            "POST", endpoint, headers, prepare_token_request(grant, **given)
        )
        try:
            async with self._session.post(
                uri, data=body, headers=headers, timeout=_PATIENCE, allow_redirects=False
            ) as response:
                answer = _object(await response.read())
                return response.status, answer, response.headers.get("DPoP-Nonce")
        except (aiohttp.ClientError, TimeoutError):
            raise SignInFailed(_AWAY) from None

    def _client_auth(self) -> ClientAuth:
        known = self._known.metadata
        offered = known.token_endpoint_auth_methods_supported if known else ()
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return ClientAuth(self.settings.client_id, self._secret, method if self._secret else "none")


def _object(text: bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise SignInFailed(_AWAY) from None
    if not isinstance(read, dict):
        raise SignInFailed(_AWAY)
    return read
