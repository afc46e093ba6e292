"""What one user's requests may cost this gateway in a minute, counted before any work is done.

Whatever is asked counts, not only questions about a child: a document that was not read before
costs more than one that was, and a search of the log more than a look at `me`. It is counted in
this process alone, since it guards this process.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

from gateway.config.settings_tables import LimitSettings
from gateway.identity.counted import begin_counting
from gateway.identity.counters import Count
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently, LimitReached, TeamAroundError, TryLater

REQUEST: Final = 1
UNREAD_DOCUMENT: Final = 10  # some ten milliseconds of the processor, as ten ordinary requests
SEARCH: Final = 5
_MINUTE: Final = 60
_KEPT: Final = 100_000
TakeBack = Callable[[list[Count]], Awaitable[None]]


@dataclass(slots=True)
class Charge:
    """What a request has cost so far; `counted` is counted among all gateways."""

    quota: "RequestQuota"
    who: str
    take_back: TakeBack
    counted: list[Count]
    cost: int = 0
    understood: bool = False

    async def __aenter__(self) -> Self:
        """Count the request."""
        self.take(REQUEST)
        return self

    async def __aexit__(self, _: object, failure: BaseException | None, __: object) -> None:
        """Count it apart where an input was wrong, and nothing of it where the gateway failed."""
        if isinstance(failure, AskDifferently):
            if self.understood:
                self.mistyped()
        elif isinstance(failure, TryLater) or (
            isinstance(failure, Exception) and not isinstance(failure, TeamAroundError)
        ):
            await self.give_back()

    def take(self, cost: int) -> None:
        """Count so much more; LimitReached if it is too much."""
        if not cost:
            return
        self.cost += cost
        self.quota.count(self.who, cost)

    async def give_back(self) -> None:
        """Count nothing of it, neither here nor among all: the gateway itself failed."""
        self._uncount()
        with suppress(TryLater):
            await self.take_back(self.counted)

    def mistyped(self) -> None:
        """Count it apart: an input was wrong. LimitReached if too many were."""
        self._uncount()
        self.quota.count_mistyped(self.who)

    def _uncount(self) -> None:
        self.quota.uncount(self.who, self.cost)
        self.cost = 0


class RequestQuota:
    """Costs by user and minute; `now` is in seconds. At most 100,000 users are remembered."""

    def __init__(self, limits: LimitSettings, now: Callable[[], float]) -> None:
        self._most = {"": limits.requests_per_minute, "mistyped ": limits.mistyped_per_minute}
        self._now = now
        self._minute = 0
        self._counted: dict[tuple[str, int], int] = {}

    def count(self, who: str, cost: int, kind: str = "") -> None:
        """So much more of a user in this minute; LimitReached if it is too much."""
        if self._added(kind + who, cost) > self._most[kind]:
            raise LimitReached(
                "TOO_MANY_REQUESTS",
                f"you send {'wrong inputs' if kind else 'requests'} faster than is allowed",
                _MINUTE - int(self._now()) % _MINUTE,
            )

    def count_mistyped(self, who: str) -> None:
        """One more request of a user in which an input was wrong."""
        self.count(who, 1, "mistyped ")

    def uncount(self, who: str, cost: int) -> None:
        """So much less of a user in this minute."""
        self._added(who, -cost)

    def _added(self, who: str, cost: int) -> int:
        minute = int(self._now()) // _MINUTE
        if minute != self._minute:
            before = minute - 1
            late = {key: held for key, held in self._counted.items() if key[1] == before}
            self._minute, self._counted = minute, late
        counted = max(0, self._counted.pop((who, minute), 0) + cost)
        if len(self._counted) >= _KEPT:  # the first of them has asked nothing for longest
            del self._counted[next(iter(self._counted))]
        self._counted[who, minute] = counted
        return counted


def charged(quota: RequestQuota, caller: Caller, take_back: TakeBack) -> Charge:
    """Counts a request of this caller while it is prepared, and nothing of our own failures."""
    who = f"{caller.issuer!r} {caller.organisation!r} {caller.user!r}"
    return Charge(quota, who, take_back, begin_counting())
