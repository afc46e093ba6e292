"""An issuer's public keys: read again every minute, and good for an hour at most."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from cachetools import TTLCache
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from gateway.model import events
from gateway.model.errors import ConfigurationInvalid, TryLater

DEVELOPMENT_KID: Final = "teamaround-development"
_RENEWED_S: Final = 120.0  # so long a key counts after its issuer took it out
_GOOD_S: Final = 3600.0  # so long what was read counts while the issuer is away
_READ_EVERY_S: Final = 60.0  # by itself, so that no question waits for it
_BETWEEN_S: Final = 2.0  # two fetches, so that made-up key names cannot make us ask without end
_MISSED_S: Final = 10.0  # so long a name that was not there is not looked for again
_MISSED: Final = 1024
_MOST_LOOKING: Final = 32  # requests at once that wait for a key that may be new

Fetch = Callable[[], Awaitable[bytes]]


class IssuerKeys:
    """The keys of one issuer, from wherever `fetch` gets its JWKS; all who wait share one fetch.

    `held` are keys that were just read. Where the last fetch failed, nobody waits for the next
    one whose key is still good. `issuer` is who events name.
    """

    def __init__(
        self,
        fetch: Fetch,
        monotonic: Callable[[], float],
        held: KeySet | None,
        issuer: str = "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._sleep = sleep
        self._issuer = issuer
        self._held: tuple[Key, ...] = tuple(held.keys) if held else ()
        self._read_at = monotonic() if held else None
        self._asked_at = self._read_at
        self._fetching: asyncio.Task[None] | None = None
        self._looking = 0
        self._missed: TTLCache[bytes, bool] = TTLCache(_MISSED, _MISSED_S, timer=monotonic)

    async def key(self, kid: str | None) -> Key | None:
        """The key of this name, or the only key where there is no name; None if there is none.

        TryLater if the issuer has not given any keys in the last hour, or is away or hurried and
        may have given this one since.
        """
        if not self._good:
            await self._first_read()
        elif self._named(kid) is None:
            await self._look_for(kid)
        elif self._since_asked >= _RENEWED_S:
            fetch = self._begin()
            if not self._away:
                await asyncio.shield(fetch)
        found = self._named(kid)
        if not self._good or (found is None and self._away):
            raise _unread()
        if found is None:
            self._missed[_digest(kid)] = True
        return found

    async def renew(self) -> bool:
        """Read the keys now; whether they could be. What was taken out is out when this returns."""
        if self._fetching is not None:
            await asyncio.shield(self._fetching)  # it may have begun before the change
        self._missed.clear()
        await asyncio.shield(self._begin())
        return not self._away

    async def keep(self) -> None:
        """Read them again and again, soon where the issuer is away, until cancelled."""
        while True:
            await self._sleep(_BETWEEN_S if self._away else _READ_EVERY_S)
            await asyncio.shield(self._begin())

    def current(self, key: Key) -> bool:
        """Whether this very key counts now, without asking anybody."""
        return self._good and self._since_asked < _RENEWED_S and key in self._held

    def refuse_unread(self) -> None:
        """TryLater while there is no key that counts."""
        if not self._good:
            raise _unread()

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

    @property
    def _since_asked(self) -> float:
        """Seconds."""
        return float("inf") if self._asked_at is None else self._monotonic() - self._asked_at

    async def _first_read(self) -> None:
        """All wait for one fetch; TryLater at once where one has just failed."""
        if self._fetching is None and self._since_asked < _BETWEEN_S:
            raise _unread()
        await asyncio.shield(self._begin())

    async def _look_for(self, kid: str | None) -> None:
        """Wait for a fetch that began after this call, unless the name was missed just now."""
        if _digest(kid) in self._missed or (self._away and self._since_asked < _BETWEEN_S):
            return
        if self._looking >= _MOST_LOOKING:
            raise _unread()
        self._looking += 1
        try:
            earlier = self._fetching
            if earlier is not None:
                await asyncio.shield(earlier)
            if earlier is None or (self._named(kid) is None and not self._away):
                await asyncio.shield(self._begin(_BETWEEN_S - self._since_asked))
        finally:
            self._looking -= 1

    def _begin(self, after_s: float = 0.0) -> "asyncio.Task[None]":
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._renewed(after_s))
        return self._fetching

    async def _renewed(self, after_s: float) -> None:
        try:
            if after_s > 0:
                await self._sleep(after_s)
            await self._read()
        finally:
            self._fetching = None

    async def _read(self) -> None:
        asked_at, was_away = self._monotonic(), self._away and self._asked_at is not None
        try:
            keys = public_keys(await self._fetch())
            self._held, self._read_at = tuple(keys.keys), asked_at
            if was_away:
                events.keys_read(self._issuer)
        except (OSError, ValueError) as error:
            if not was_away:
                events.keys_unavailable(error, self._issuer)
        finally:
            self._asked_at = asked_at

    def _named(self, kid: str | None) -> Key | None:
        if kid is None:
            return self._held[0] if len(self._held) == 1 else None
        return next((key for key in self._held if key.kid == kid), None)


def _unread() -> TryLater:
    return TryLater("KEYS_UNAVAILABLE", "the issuer's keys cannot be read now; ask again")


def _digest(kid: str | None) -> bytes:
    return hashlib.sha256(repr(kid).encode(errors="replace")).digest()


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
