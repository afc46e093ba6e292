"""An issuer's public keys: asked for again every two minutes, and good for an hour at most."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from gateway.model import events
from gateway.model.errors import ConfigurationInvalid, TryLater

DEVELOPMENT_KID: Final = "teamaround-development"
_RENEWED_S: Final = 120.0  # so long a key counts after its issuer took it out
_GOOD_S: Final = 3600.0  # so long what was read counts while the issuer is away
_NOT_SOONER_S: Final = 30.0  # so that made-up key names cannot make us ask without end

Fetch = Callable[[], Awaitable[bytes]]


class IssuerKeys:
    """The keys of one issuer, from wherever `fetch` gets its JWKS; all who wait share one fetch.

    `held` are keys that were just read. Where the last fetch failed, nobody waits for the next
    one whose key is still good.
    """

    def __init__(self, fetch: Fetch, monotonic: Callable[[], float], held: KeySet | None) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._held: tuple[Key, ...] = tuple(held.keys) if held else ()
        self._read_at = monotonic() if held else None
        self._asked_at = self._read_at
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str | None) -> Key | None:
        """The key of this name, or the only key where there is no name; None if there is none.

        TryLater if the issuer has not given any keys in the last hour, or is away and may have
        given this one since.
        """
        good = self._named(kid) is not None and self._good
        if self._due(found=good):
            fetch = self._begin()
            if not (good and self._away):
                await asyncio.shield(fetch)
        found = self._named(kid)
        if not self._good or (found is None and self._away):
            raise TryLater("KEYS_UNAVAILABLE", "the issuer's keys cannot be read now; ask again")
        return found

    async def renew(self) -> bool:
        """Read the keys now; whether they could be. What was taken out is out when this returns."""
        if self._fetching is not None:
            await asyncio.shield(self._fetching)  # it may have begun before the change
        await asyncio.shield(self._begin())
        return not self._away

    def current(self, key: Key) -> bool:
        """Whether this very key counts now, without asking anybody."""
        return self._good and not self._due(found=True) and key in self._held

    def close(self) -> None:
        """Ask no more."""
        if self._fetching is not None:
            self._fetching.cancel()

    @property
    def _good(self) -> bool:
        return self._read_at is not None and self._monotonic() - self._read_at < _GOOD_S

    @property
    def _away(self) -> bool:
        """Whether the last fetch that ended brought nothing."""
        return self._read_at is None or self._read_at != self._asked_at

    def _due(self, *, found: bool) -> bool:
        if self._asked_at is None:
            return True
        patience = _RENEWED_S if found and not self._away else _NOT_SOONER_S
        return self._monotonic() - self._asked_at >= patience

    def _begin(self) -> "asyncio.Task[None]":
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._renewed())
        return self._fetching

    async def _renewed(self) -> None:
        asked_at = self._monotonic()
        try:
            keys = public_keys(await self._fetch())
            self._held, self._read_at = tuple(keys.keys), asked_at
        except (OSError, ValueError) as error:
            events.keys_unavailable(error)
        finally:
            self._asked_at = asked_at
            self._fetching = None

    def _named(self, kid: str | None) -> Key | None:
        if kid is None:
            return self._held[0] if len(self._held) == 1 else None
        return next((key for key in self._held if key.kid == kid), None)


def public_keys(content: bytes | str) -> KeySet:
    """The keys of a JWKS; ValueError if it is none, or holds a private or a shared key."""
    try:
        key_set = KeySet.import_key_set(json.loads(content))
        secret = any(key.is_private or key.key_type == "oct" for key in key_set.keys)
    except (KeyError, TypeError, AttributeError, JoseError, RecursionError) as error:
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
        raise ConfigurationInvalid(f"tokens.keys: {file}: {error}") from None
    except (OSError, ValueError) as error:
        name = type(error).__name__
        raise ConfigurationInvalid(f"tokens.keys: {file} is not a JWKS file ({name})") from None
    if environment == "production" and _of_development(key_set):
        raise ConfigurationInvalid(
            f"tokens.keys: {file} holds a development key, which production refuses;"
            " name the issuer's own keys there"
        )
    return key_set


def reads(file: Path) -> Fetch:
    """Fetches from a file, so that keys put there count without a restart."""

    async def fetch() -> bytes:
        return await asyncio.to_thread(file.read_bytes)

    return fetch


def without_development(fetch: Fetch) -> Fetch:
    """The same for production: ValueError where a development key is among what was fetched."""

    async def fetched() -> bytes:
        content = await fetch()
        if _of_development(public_keys(content)):
            raise ValueError("a development key")
        return content

    return fetched


def _of_development(key_set: KeySet) -> bool:
    return any(str(key.kid).startswith(DEVELOPMENT_KID) for key in key_set.keys)
