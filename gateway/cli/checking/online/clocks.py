"""What others' clocks say beside ours: heads of answers have the time, and so has a database."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp

from gateway.cli.checking.online.findings import Finding, FindingState

_PART: Final = "clock"
_NEAR_S: Final = 5.0  # a Date has whole seconds, and an answer takes some
_FAR_S: Final = 30.0  # so far a token's times may be from ours (RFC 7519, leeway)


class SeenClocks:
    """How many seconds the clocks of others are ahead of ours, as they are met."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ahead_s: list[float] = []

    def note(self, theirs: datetime) -> None:
        """Somebody says that it is this time now."""
        self._ahead_s.append((theirs - self._now()).total_seconds())

    def heed(self, session: aiohttp.ClientSession) -> None:
        """Note the time of each answer to this session."""

        async def answered(_session: object, _context: object, given: Any) -> None:
            self._note_date(given.response.headers.get("Date", ""))

        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(answered)
        trace.freeze()
        session.trace_configs.append(trace)

    def finding(self) -> Finding:
        """Whether ours agrees with most of them."""
        if not self._ahead_s:
            return Finding(_PART, FindingState.WARNING, "nobody told the time: compare it by hand")
        ahead_s = sorted(self._ahead_s)[len(self._ahead_s) // 2]
        if abs(ahead_s) <= _NEAR_S:
            return Finding(_PART, FindingState.OK, "agrees with the other clocks")
        side = "behind" if ahead_s > 0 else "ahead of"
        what = f"{abs(ahead_s):.0f} s {side} most other clocks: have it set by NTP"
        return Finding(
            _PART, FindingState.WRONG if abs(ahead_s) > _FAR_S else FindingState.WARNING, what
        )

    def _note_date(self, date: str) -> None:
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        self.note(theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
