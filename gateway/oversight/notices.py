"""Notices of break-glass: to whom, by which road, and claimed until they are taken."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from adapters.network.http_client import open_client
from gateway.config.operator_file import OperatorFile, PrivacyOfficer
from gateway.model import events
from gateway.model.agency import AgencyCard
from gateway.model.caller import Caller
from gateway.model.causes import cause_of
from gateway.model.clock import Clock, always
from gateway.oversight.break_glass.store.contract import GrantStore, GrantsUnavailable
from gateway.oversight.break_glass.store.grant import Notice

_PATIENCE_S: Final = 5.0
_MOST_BYTES: Final = 64 * 1024  # whatever a webhook says besides its status is not read
_TAKEN: Final = range(200, 300)

Send = Callable[[Notice], Awaitable[bool]]


def officers_for(
    operator: OperatorFile, agencies: Mapping[str, AgencyCard], caller: Caller
) -> tuple[PrivacyOfficer, ...]:
    """The privacy officers of the agencies that serve the caller's areas, or all areas."""
    concerned = {
        card.id for card in agencies.values() if card.national or {*card.areas} & {*caller.areas}
    }
    return tuple(o for o in operator.privacy_officer if o.agency in concerned)


def sender(operator: Callable[[], OperatorFile], sign_in: str) -> Send:
    """A function that sends one notice, and says whether it was taken.

    A place that begins `mailto:` goes to the operator's mail hook, any other is a webhook.
    """

    async def send(notice: Notice) -> bool:
        mail = notice.place.startswith("mailto:")
        url = operator().mail_hook if mail else notice.place
        if url is None:
            return False
        said = {"queryId": notice.about, "what": notice.kind, "signIn": sign_in}
        if mail:
            said["to"] = notice.place.removeprefix("mailto:")
        try:
            async with (
                open_client(_MOST_BYTES, timeout_s=_PATIENCE_S) as session,
                session.post(url, json=said, allow_redirects=False) as answer,
            ):
                cause = "" if answer.status in _TAKEN else f"HTTP {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            cause = cause_of(error)
        if cause:
            events.notice_not_taken(cause)
        return not cause

    return send


_EVERY_S: Final = 60.0
_CLAIM_S: Final = 30.0  # far longer than a place is waited for


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends the notices of a store that several gateways may share; `deputies` are places.

    A notice is claimed before it is sent. A gateway that dies with it leaves it to the others once
    its claim is over, so a place may hear it twice if it died between sending and keeping that.
    """

    store: GrantStore
    send: Send
    clock: Clock
    deputies: Callable[[], tuple[str, ...]]
    clock_agrees: Callable[[], bool] = always
    _due: asyncio.Event = field(default_factory=asyncio.Event)

    def hurry(self) -> None:
        """Have what is new told at once."""
        self._due.set()

    async def escalate(self, about: str, entry: int, kind: str) -> bool:
        """Have the deputies told of something, once; whether there are any and it is on record."""
        notices = [Notice(about, entry, place, kind) for place in self.deputies()]
        try:
            await self.store.notify(notices)
        except GrantsUnavailable as error:
            events.notices_behind(error)
            return False
        self.hurry()
        return bool(notices)

    async def tell(self) -> None:
        """Send every notice that nobody took or claims, and escalate what is overdue."""
        now = self.clock.now().timestamp()
        deputies = self.deputies()
        if deputies and self.clock_agrees():  # what was told is not taken back
            await self.store.escalate(now, deputies)
        await self.store.end(now)
        while claimed := await self.store.claim(_CLAIM_S):
            taken = await asyncio.gather(*map(self.send, claimed))
            for notice, was_taken in zip(claimed, taken, strict=True):
                if was_taken:
                    await self.store.sent(notice)

    async def keep_notifying(self) -> None:
        """Tell at once what is new, and again every minute what was not taken; until cancelled."""
        while True:
            self._due.clear()
            try:
                await self.tell()
            except GrantsUnavailable as error:
                events.notices_behind(error)
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)
            # Not wait_for, which in Python 3.11 may lose a cancellation to an event of that moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S):
                    await self._due.wait()
