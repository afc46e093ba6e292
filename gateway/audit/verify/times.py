"""When things were signed and written, and between which times the verifier believes them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from gateway.audit.verify.finding import LogRefused, Unreadable

MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S
_UNITS: Final = {"s": 1, "m": MINUTE_S, "h": HOUR_S, "d": DAY_S}
_SPAN: Final = re.compile(r"(\d{1,9})([smhd])", re.ASCII)
_LAST: Final = 253_402_300_799  # what a year of four digits can say
# An entry's time always has this many characters, so that the order of texts is that of times.
_STAMP: Final = re.compile(
    r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the verifier takes for possible, in seconds; `now` is since 1970.

    A signature may be `oldest` old, where that is not None; nothing is dated more than `ahead`
    after `now`; an entry is dated at most `back` before one that precedes it.
    """

    now: int
    oldest: int | None
    ahead: int = 10 * MINUTE_S
    back: int = HOUR_S

    def objection(self, at: int) -> str | None:
        """Why a signature of this time does not count; None if it does."""
        if at <= 0:
            return "has no time"
        if at - self.now > self.ahead:
            return f"is dated {spoken(at, self.now)}"
        if self.oldest is not None and self.now - at > self.oldest:
            return f"is from {spoken(at, self.now)}"
        return None


def span_seconds(text: str) -> int:
    """Read a length of time, such as "90s", "10m", "4h" or "7d"; Unreadable if it is none."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise Unreadable(f"{text!r} is not a length of time such as 90s, 10m, 4h or 7d")
    return int(found[1]) * _UNITS[found[2]]


def dated(at: int) -> str:
    """A time in seconds since 1970, as a person reads it."""
    if not 0 <= at <= _LAST:
        return "a time that no calendar has"
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def spoken(at: int, now: int) -> str:
    """How far a time is from `now`, in the largest unit that fits."""
    distance = abs(at - now)
    size, unit = next(
        (size, unit)
        for size, unit in ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute"), (1, "second"))
        if distance >= size or size == 1
    )
    count = distance // size
    side = "ago" if at <= now else "ahead of now"
    return f"{count} {unit}{'' if count == 1 else 's'} {side}"


@dataclass(slots=True)
class EntryTimes:
    """The times of a log's entries, taken in order; Refused where one is out of `bounds`.

    `seen` is when the first witness that counts signed for all of them: none is from later.
    """

    bounds: Bounds | None = None
    seen: int | None = None
    first: str | None = None
    newest: str | None = None
    untimed: int = 0
    behind: int = 0
    furthest: tuple[int, int] | None = None
    _newest_index: int = 0
    _latest: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.bounds is not None:
            known = self.bounds.now if self.seen is None else min(self.bounds.now, self.seen)
            self._latest = dated(min(known + self.bounds.ahead, _LAST))

    def take(self, index: int, leaf: bytes) -> None:
        """The next entry, which is not a pruned one."""
        at = stamp_of(leaf)
        if at is None:
            self.untimed += 1
            return
        if self._latest is not None and at > self._latest:
            after = "now" if self.seen is None else "the witnesses signed for it"
            raise LogRefused(f"entry {index} is dated {at}, after {after}", index)
        if self.newest is None or at >= self.newest:
            self.first = self.first or at
            self.newest, self._newest_index = at, index
        else:
            self._behind(index, at, self.newest)

    def _behind(self, index: int, at: str, newest: str) -> None:
        late = int((_moment(newest) - _moment(at)).total_seconds())
        self.behind += 1
        if self.furthest is None or late > self.furthest[0]:
            self.furthest = (late, index)
        if self.bounds is not None and late > self.bounds.back:
            before = f"entry {self._newest_index} before it is dated {newest}"
            raise LogRefused(f"entry {index} is dated {at}, but {before}", index)


def stamp_of(leaf: bytes) -> str | None:
    """When the entry says that it was written; None if it does not say."""
    try:
        held: Any = orjson.loads(leaf)
    except ValueError:
        return None
    at = held.get("at") if isinstance(held, dict) else None
    if not isinstance(at, str) or not _STAMP.fullmatch(at):
        return None
    try:
        _moment(at)
    except ValueError:
        return None
    return at


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
