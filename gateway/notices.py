"""Notices: a query id, what it is about and where to sign in, to a webhook or the mail hook."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import aiohttp

from gateway import events
from gateway.agency import AgencyCard
from gateway.caller import Caller
from gateway.leave.grant import Notice
from gateway.operator_file import OperatorFile

_PATIENCE: Final = aiohttp.ClientTimeout(total=5)
_TAKEN: Final = range(200, 300)

Send = Callable[[Notice], Awaitable[bool]]


def places_for(
    operator: OperatorFile, agencies: Mapping[str, AgencyCard], caller: Caller
) -> frozenset[str]:
    """Where those privacy officers are told whose agencies serve the caller's areas, or all."""
    concerned = {
        card.id for card in agencies.values() if card.national or {*card.areas} & {*caller.areas}
    }
    return frozenset(o.place for o in operator.privacy_officer if o.agency in concerned)


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
                aiohttp.ClientSession(timeout=_PATIENCE) as session,
                session.post(url, json=said, allow_redirects=False) as answer,
            ):
                taken = answer.status in _TAKEN
        except (aiohttp.ClientError, TimeoutError, OSError):
            taken = False
        if not taken:
            events.notice_not_taken()
        return taken

    return send
