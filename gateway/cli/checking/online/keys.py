"""Each key service by itself: whether it answers, holds the known keys, and signs the log."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress

from gateway.audit.errors import (
    KeysNotSigning,
    KeysUnavailable,
    KeysUnreadable,
    LogCorrupt,
    SealBroken,
)
from gateway.audit.keys.service.checks import KeyChecks
from gateway.audit.keys.service.client import KeyAccess, RemoteKeys, remote_keys
from gateway.audit.keys.service.wire import CHECK
from gateway.audit.opening import KEY_CHECKS
from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.config.settings import Settings

_REFUSED = (KeysUnavailable, KeysUnreadable, SealBroken, LogCorrupt)


def named_services(settings: Settings) -> Iterator[tuple[str, str]]:
    """What each is called here, and its place."""
    for number, place in enumerate(settings.keys.services, start=1):
        yield f"key service {number}", place


async def look_at_keys(part: str, place: str, settings: Settings) -> Iterable[Finding]:
    """Whether it holds the keys that this gateway knows; in production, whether it signs too."""
    async with _opened(place, settings) as keys:
        made = await keys.protect([CHECK])
        known = KeyChecks.at(settings.files.state / KEY_CHECKS)
        if known.differs(made.epoch, made.digests[-1]):
            raise LookFailed(
                "holds another key by a known epoch's name: give it the keys of the other services"
            )
        signs = settings.environment == "production" and await _signs(keys)
    return [Finding(part, FindingState.OK, "answers, and signs the log" if signs else "answers")]


async def refuse_unsigned(settings: Settings) -> Iterable[Finding]:
    """LookFailed unless one of them signs the log, as production needs."""
    for _, place in named_services(settings):
        with suppress(LookFailed):  # which is told of that one
            async with _opened(place, settings) as keys:
                if await _signs(keys):
                    return []
    raise LookFailed("no key service signs the log: start one of them with --log")


async def _signs(keys: RemoteKeys) -> bool:
    try:
        await keys.signed()
    except KeysNotSigning:
        return False
    return True


@asynccontextmanager
async def _opened(place: str, settings: Settings) -> AsyncIterator[RemoteKeys]:
    assert settings.keys.credential is not None  # noqa: S101 - checked before anybody is asked
    try:
        access = KeyAccess.of(settings.keys.credential, settings.keys.authority)
        async with remote_keys(place, access) as keys:
            yield keys
    except _REFUSED as error:
        raise LookFailed(f"{error}: see whether it runs and lets this credential in") from None
