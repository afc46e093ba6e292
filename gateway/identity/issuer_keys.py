"""An issuer's public keys: kept for an hour, asked for again when a token names another."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from gateway.model.errors import ConfigurationInvalid, TryLater

DEVELOPMENT_KID: Final = "teamaround-development"
_KEPT_S: Final = 3600.0
_NOT_SOONER_S: Final = 30.0  # so that made-up key names cannot make us ask without end

Fetch = Callable[[], Awaitable[bytes]]


class IssuerKeys:
    """The keys of one issuer, from wherever `fetch` gets its JWKS."""

    def __init__(self, fetch: Fetch, monotonic: Callable[[], float], held: KeySet | None) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._held = held
        self._asked_at = monotonic() if held else -_KEPT_S

    async def key(self, kid: str | None) -> Key | None:
        """The key of this name, or the only key where there is no name; None if there is none.

        TryLater if the issuer has not given any keys yet.
        """
        age = self._monotonic() - self._asked_at
        found = self._named(kid)
        if age >= _KEPT_S or (found is None and age >= _NOT_SOONER_S):
            await self._ask_again()
            found = self._named(kid)
        return found

    async def _ask_again(self) -> None:
        self._asked_at = self._monotonic()
        try:
            self._held = public_keys(await self._fetch())
        except (OSError, ValueError):
            if self._held is None:  # what was held goes on being good while the issuer is away
                raise TryLater("KEYS_UNAVAILABLE", "the issuer's keys cannot be read now") from None

    def _named(self, kid: str | None) -> Key | None:
        held = self._held.keys if self._held else []
        if kid is None:
            return held[0] if len(held) == 1 else None
        return next((key for key in held if key.kid == kid), None)


def public_keys(content: bytes | str) -> KeySet:
    """The keys of a JWKS; ValueError if it is none, or holds a private or a shared key."""
    try:
        key_set = KeySet.import_key_set(json.loads(content))
        secret = any(key.is_private or key.key_type == "oct" for key in key_set.keys)
    except (KeyError, TypeError, AttributeError, JoseError) as error:
        raise ValueError(type(error).__name__) from None
    if secret:
        raise PrivateKeyShown("it holds a private or a shared key; name public keys there")
    return key_set


class PrivateKeyShown(ValueError):
    """A JWKS holds what must stay with the issuer."""


def read_keys(file: Path, environment: str) -> KeySet:
    """The public keys of a file; ConfigurationInvalid; production refuses a development key."""
    try:
        key_set = public_keys(file.read_text("utf-8"))
    except PrivateKeyShown as error:
        raise ConfigurationInvalid(f"token_keys: {file}: {error}") from None
    except (OSError, ValueError) as error:
        name = type(error).__name__
        raise ConfigurationInvalid(f"token_keys: {file} is no JWKS file ({name})") from None
    kids = [str(key.kid) for key in key_set.keys]
    if environment == "production" and any(kid.startswith(DEVELOPMENT_KID) for kid in kids):
        raise ConfigurationInvalid(
            f"token_keys: {file} holds a development key, which production refuses;"
            " name the issuer's own keys there"
        )
    return key_set


def reads(file: Path) -> Fetch:
    """Fetches from a file, so that keys put there count without a restart."""

    async def fetch() -> bytes:
        return await asyncio.to_thread(file.read_bytes)

    return fetch
