"""Sign-in, wired: issuers, their keys and the list of revocations."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import aiohttp

from adapters.network.bounds.bounded_answer import AnswerTooLarge
from adapters.network.http_client import content_of, open_client
from adapters.network.trust import system_trust
from gateway.config.certificates.contexts import trusting
from gateway.config.certificates.kept import CertificateUnusable, KeptFiles, NamedFile
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.identity.counters import Counters
from gateway.identity.issuer_keys import Fetch, IssuerKeys, read_keys, reads, without_development
from gateway.identity.issuers import Issuer, Jwks, issuers_of, profile_of, refuse_unplaced
from gateway.identity.revocations import open_revocations
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid

_MOST_BYTES: Final = 256 * 1024
_PATIENCE_S: Final = 3.0


@asynccontextmanager
async def open_verifier(
    settings: Settings, clock: Clock, counts: Counters, certificates: Certificates
) -> AsyncIterator[TokenVerifier]:
    """What verifies tokens under these settings; ConfigurationInvalid says what to change.

    The authorities of issuers' addresses are added to `certificates`. It has tried to read every
    issuer's keys, and goes on to in the background.
    """

    def now() -> float:
        return clock.now().timestamp()

    issuers = issuers_of(settings)
    refuse_unplaced(issuers, settings.server.public_url)
    async with AsyncExitStack() as stack:
        client = open_client(_MOST_BYTES, timeout_s=_PATIENCE_S)
        session = await stack.enter_async_context(client)
        trusted = []
        for issuer in issuers:
            fetch = fetch_of(issuer, settings.environment, session, certificates)
            keys = _keys(issuer, settings, clock, fetch)
            trusted.append(TrustedIssuer(issuer, profile_of(issuer), keys, now))
        verifier = TokenVerifier(trusted, now, counts)
        verifier.heed(open_revocations(settings.tokens.revocations, verifier.forget))
        stack.push_async_callback(verifier.aclose)
        await verifier.begin()
        yield verifier


def fetch_of(
    issuer: Issuer, environment: str, session: aiohttp.ClientSession, certificates: Certificates
) -> Fetch:
    """What reads the issuer's JWKS from its file or address; OSError or ValueError if it cannot."""
    if issuer.jwks.file is not None:
        fetch = reads(issuer.jwks.file)
    else:
        fetch = _fetches(issuer.jwks, session, believed(issuer, certificates))
    return without_development(fetch) if environment == "production" else fetch


def _keys(issuer: Issuer, settings: Settings, clock: Clock, fetch: Fetch) -> IssuerKeys:
    file = issuer.jwks.file
    held = None if file is None else read_keys(file, settings.environment)
    return IssuerKeys(fetch, clock.monotonic, held, issuer.issuer)


def believed(issuer: Issuer, certificates: Certificates) -> Callable[[], ssl.SSLContext]:
    """What gives the TLS that believes the issuer's own authority alone, or the system's."""
    authority = issuer.jwks.authority
    if authority is None:
        return system_trust
    name = f"tokens.issuers: {issuer.issuer}"
    try:
        kept = KeptFiles(name, (NamedFile(authority),), trusting)
    except CertificateUnusable as error:
        raise ConfigurationInvalid(f"{name}: {error}") from None
    certificates.add(kept)
    return lambda: kept.now


def _fetches(
    jwks: Jwks, session: aiohttp.ClientSession, believed: Callable[[], ssl.SSLContext]
) -> Fetch:
    async def fetch() -> bytes:
        trust = await asyncio.to_thread(believed)
        try:
            async with session.get(str(jwks.url), ssl=trust, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004  the status of a document
                    raise OSError("the issuer gave no keys")
                return await content_of(response, _MOST_BYTES)
        except AnswerTooLarge:
            raise ValueError("more keys than any issuer has") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OSError(type(error).__name__) from None

    return fetch
