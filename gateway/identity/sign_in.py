"""Sign-in, wired: issuers, their keys and the list of revocations."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from adapters.network.bounded_answer import AnswerTooLarge
from adapters.network.http_client import content_of, open_client
from gateway.config.settings import Settings
from gateway.identity.counters import Counters
from gateway.identity.issuer_keys import Fetch, IssuerKeys, read_keys, reads, without_development
from gateway.identity.issuers import Issuer, Jwks, issuers_of, profile_of
from gateway.identity.revocations import open_revocations
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid

_MOST_BYTES: Final = 256 * 1024
_PATIENCE_S: Final = 3.0


@asynccontextmanager
async def open_verifier(
    settings: Settings, clock: Clock, counts: Counters
) -> AsyncIterator[TokenVerifier]:
    """What verifies tokens under these settings; ConfigurationInvalid says what to change.

    It has tried to read every issuer's keys, and goes on to in the background.
    """

    def now() -> float:
        return clock.now().timestamp()

    issuers = issuers_of(settings)
    refuse_unplaced(issuers, settings.server.public_url)
    async with AsyncExitStack() as stack:
        client = open_client(_MOST_BYTES, timeout_s=_PATIENCE_S)
        session = await stack.enter_async_context(client)
        trusted = [
            TrustedIssuer(issuer, profile_of(issuer), _keys(issuer, settings, clock, session), now)
            for issuer in issuers
        ]
        verifier = TokenVerifier(trusted, now, counts)
        verifier.heed(open_revocations(settings.tokens.revocations, verifier.forget))
        stack.push_async_callback(verifier.aclose)
        await verifier.begin()
        yield verifier


def refuse_unplaced(issuers: tuple[Issuer, ...], public_url: str) -> None:
    """ConfigurationInvalid if an issuer wants DPoP proofs and none could say for which address."""
    proved = next((each for each in issuers if each.proof in {"dpop", "any"}), None)
    if proved is not None and not public_url:
        raise ConfigurationInvalid(
            f"server.public_url: {proved.issuer} demands proofs of possession, which name the"
            ' gateway\'s address; add below [server]: public_url = "https://.../graphql"'
        )


def _keys(
    issuer: Issuer, settings: Settings, clock: Clock, session: aiohttp.ClientSession
) -> IssuerKeys:
    file = issuer.jwks.file
    held = None if file is None else read_keys(file, settings.environment)
    fetch = reads(file) if file is not None else _fetches(issuer.jwks, session)
    if settings.environment == "production":
        fetch = without_development(fetch)
    return IssuerKeys(fetch, clock.monotonic, held, issuer.issuer)


def trusting(authority: Path | None) -> ssl.SSLContext:
    """What believes the issuer's own authority alone, or the system's; OSError if it is none."""
    return ssl.create_default_context(cafile=authority)


def _fetches(jwks: Jwks, session: aiohttp.ClientSession) -> Fetch:
    async def fetch() -> bytes:
        believed = await asyncio.to_thread(trusting, jwks.authority)  # read anew: it is renewed
        try:
            async with session.get(str(jwks.url), ssl=believed, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004  the status of a document
                    raise OSError("the issuer gave no keys")
                return await content_of(response, _MOST_BYTES)
        except AnswerTooLarge:
            raise ValueError("more keys than any issuer has") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OSError(type(error).__name__) from None

    return fetch
