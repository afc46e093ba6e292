"""Sign-in by OpenID Connect: code flow with PKCE, state and nonce; renewal; sign-out everywhere."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.errors import OAuth2Error
from authlib.oauth2.rfc6749.parameters import (
    parse_authorization_code_response,
    prepare_grant_uri,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from console.asking.tokens import Tokens
from console.sign_in.errors import SignInFailed
from console.sign_in.provider import Provider
from console.sign_in.renewals import Renewals

_LEEWAY_S: Final = 30
_RENEW_S: Final = 60  # before a token expires
_DEFAULT_LIFE_S: Final = 300
LONGEST_S: Final = 600  # from its beginning to its end
# Providers and proxies refuse longer addresses; without the hint the provider may ask who it is.
_LONGEST_HINT: Final = 2000
_AGAIN: Final = "This sign-in was not begun in this browser, or took too long. Sign in again."


@dataclass(frozen=True, slots=True)
class SignInBegun:
    """What the callback is compared with; the browser keeps it sealed."""

    state: str
    nonce: str
    verifier: str
    at: int


class CodeFlow:
    """The steps of a sign-in; `callback` is the address that the provider sends people back to."""

    def __init__(self, provider: Provider, callback: str, after: str) -> None:
        self._provider = provider
        self._callback = callback
        self._after = after
        self._renewals = Renewals()

    async def begin(self, *, anew: bool = False) -> tuple[str, SignInBegun]:
        """Where to send the browser; `anew` asks the provider to have the person sign in again."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        begun = SignInBegun(state, nonce, verifier, int(time.time()))
        settings = self._provider.settings
        address: str = prepare_grant_uri(
            (await self._provider.metadata()).authorization_endpoint,
            settings.client_id,
            "code",
            redirect_uri=self._callback,
            scope=settings.scope,
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
            resource=settings.resource,
            prompt="login" if anew else None,
        )
        return address, begun

    async def finish(self, query: str, begun: SignInBegun) -> tuple[dict[str, Any], Tokens]:
        """The person's verified claims and tokens; SignInFailed where anything does not fit.

        `query` is what the provider sent the browser back with.
        """
        came = self._code(f"{self._callback}?{query}", begun)
        metadata = await self._provider.metadata()
        named = came.get("iss")
        must = metadata.authorization_response_iss_parameter_supported
        if (named or must) and named != metadata.issuer:  # RFC 9207: not another provider's answer
            raise SignInFailed(_AGAIN)
        answer = await self._provider.tokens(
            "authorization_code",
            code=came["code"],
            redirect_uri=self._callback,
            code_verifier=begun.verifier,
        )
        tokens = self._tokens(answer)
        return await self._claims(tokens, begun.nonce), tokens

    async def renewed(self, tokens: Tokens) -> Tokens:
        """The same, or new ones if these expire within a minute and can be renewed."""
        if tokens.refresh is None or tokens.expires_at - _RENEW_S > time.time():
            return tokens
        try:
            return await self._renewals.once(tokens, lambda: self._renew(tokens))
        except SignInFailed:
            if tokens.expires_at > time.time():
                return tokens  # still good: the next page tries again
            raise

    async def sign_out(self, tokens: Tokens, state: str | None) -> str:
        """Where to send the browser so that the provider ends its own session too.

        The browser brings `state` back, if the provider does as OpenID Connect says.
        """
        endpoint = (await self._provider.metadata()).end_session_endpoint
        if endpoint is None:
            return self._after
        said = {
            "client_id": self._provider.settings.client_id,
            "post_logout_redirect_uri": self._after,
            **({"state": state} if state else {}),
        }
        if tokens.identity and len(tokens.identity) <= _LONGEST_HINT:
            said["id_token_hint"] = tokens.identity
        address: str = add_params_to_uri(endpoint, [*said.items()])
        return address

    async def _renew(self, tokens: Tokens) -> Tokens:
        refresh = tokens.refresh or ""
        answer = await self._provider.tokens("refresh_token", refresh_token=refresh)
        return self._tokens({"refresh_token": refresh, "id_token": tokens.identity, **answer})

    def _code(self, url: str, begun: SignInBegun) -> dict[str, str]:
        if time.time() - begun.at > LONGEST_S:
            raise SignInFailed(_AGAIN)
        try:
            came: dict[str, str] = parse_authorization_code_response(url, begun.state)
        except OAuth2Error:
            raise SignInFailed(_AGAIN) from None
        return came

    def _tokens(self, answer: Mapping[str, Any]) -> Tokens:
        bound = str(answer.get("token_type", "")).lower() == "dpop"
        if self._provider.settings.dpop and not bound:
            raise SignInFailed("The sign-in service did not bind the token. Tell the operator.")
        life = answer.get("expires_in")
        seconds = int(life) if isinstance(life, int | float) else _DEFAULT_LIFE_S
        return Tokens(
            access=str(answer["access_token"]),
            expires_at=int(time.time()) + seconds,
            bound=bound,
            refresh=answer.get("refresh_token"),
            identity=answer.get("id_token"),
        )

    async def _claims(self, tokens: Tokens, nonce: str) -> dict[str, Any]:
        claims, header = await self._provider.signed(tokens.identity or "")
        client = self._provider.settings.client_id
        issuer = (await self._provider.metadata()).issuer
        wanted = {"iss": {"essential": True, "value": issuer}, "aud": {"value": client}}
        said = {"nonce": nonce, "client_id": client, "access_token": tokens.access}
        try:
            CodeIDToken(claims, header, wanted, said).validate(leeway=_LEEWAY_S)
        except JoseError:
            raise SignInFailed(_AGAIN) from None
        return claims
