"""How much one person, and one organisation, may ask: so that nobody browses children.

Windows are fixed: each begins on a whole minute, hour or day of UTC, so that across the end of
one a caller may have up to twice a limit.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from gateway.config.settings_tables import LimitSettings
from gateway.identity.counted import CountedByRequest
from gateway.identity.counters import Count, Counters
from gateway.identity.persons import Persons
from gateway.identity.request_quota import RequestQuota
from gateway.model.caller import Caller
from gateway.model.errors import LimitReached, TryLater

_SHOWN: Final = {"questions": "questions", "children": "children", "leave": "break_glass"}
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
# From how many different ones of a kind on: a child may have two homes, each with a former one;
# parents and their partners; and moves from one school to another.
_MANY: Final = {"postcode": 4, "school": 3, "gp_practice": 3, "carer": 6, "telephone": 6}


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A child who is asked about, by pseudonyms; `beyond` if outside the caller's own areas."""

    pseudonyms: frozenset[str]
    beyond: bool


@dataclass(frozen=True, slots=True)
class LimitLeft:
    """What is left of one limit of a person: so many of `most` until `ends_in_s` seconds from now.

    `name` is "questions", "children" or "break_glass".
    """

    name: str
    most: int
    left: int
    ends_in_s: int


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in so many seconds; `refused` says so, given the seconds to come back in."""

    name: str
    most: int
    per_s: int
    refused: Callable[[int], LimitReached]

    def count(self, who: str, now: float, more: int = 1) -> Count:
        """One more for `who`, in the window of this moment."""
        return Count(f"{self.name} {int(now // self.per_s)} {who}", self.per_s, more)

    def exceeded(self, now: float) -> LimitReached:
        """The refusal, with the seconds until the window ends."""
        return self.refused(self.ends_in(now))

    def left_of(self, counted: int, now: float) -> LimitLeft:
        """What is left where so many were counted."""
        return LimitLeft(
            _SHOWN[self.name], self.most, max(0, self.most - counted), self.ends_in(now)
        )

    def ends_in(self, now: float) -> int:
        """The seconds until the window of this moment ends, rounded up."""
        return int(self.per_s - now % self.per_s) + 1


class Quotas:
    """What each may still ask; TooMany says when they may ask again.

    A number or name that was not asked about before counts as another child, so that guesses
    count. Nothing but pseudonyms is counted by.
    """

    def __init__(
        self,
        counts: Counters,
        limits: LimitSettings,
        now: Callable[[], float],
        persons: Persons | None = None,
    ) -> None:
        self.persons = persons or Persons()
        self.requests = RequestQuota(limits, now)
        self._counts = CountedByRequest(counts)
        self._now = now
        self._rates = (
            Limit("questions", limits.questions_per_minute, _MINUTE, _too_fast),
            Limit("questions", limits.questions_per_minute_organisation, _MINUTE, _all_too_fast),
        )
        self._different = (
            Limit("children", limits.children_per_hour, _HOUR, _too_many),
            Limit("children", limits.children_per_hour_organisation, _HOUR, _all_too_many),
        )
        self._unfound = Limit("unfound", limits.unfound_per_hour, _HOUR, _in_vain)
        self._break_glass = Limit(
            "leave", limits.break_glass_per_hour, _HOUR, _too_much_break_glass
        )
        self._looks = Limit("looks", limits.looks_per_hour, _HOUR, _too_many_looks)
        self._beyond = Limit("beyond", limits.out_of_area_per_day, _DAY, _too_far)

    async def refuse_uncounted(self) -> None:
        """TryLater if what people ask cannot be counted now."""
        await self._counts.refuse_unreachable()

    async def admit_questions(self, caller: Caller, questions: int) -> None:
        """Count so many questions, unless they are too many or too many found nobody."""
        now = self._now()
        both = self._both(caller)
        counts = [
            limit.count(who, now, questions) for limit, who in zip(self._rates, both, strict=True)
        ]
        unfound = self._unfound.count(both[0], now, 0)
        *asked, found_nobody = await self._counts.add([*counts, unfound])
        for limit, count in zip(self._rates, asked, strict=True):
            if count > limit.most:
                raise limit.exceeded(now)
        if found_nobody >= self._unfound.most:
            raise self._unfound.exceeded(now)

    async def take_back(self, counted: list[Count]) -> None:
        """Count nothing of a request that the gateway could not serve; TryLater if it cannot."""
        await self._counts.take_back(counted)

    async def admit_children(self, caller: Caller, asked: Iterable[AskedOf]) -> None:
        """Count these children, unless they are too many others, or too often out of area."""
        for each in asked:
            await self._admit_child(caller, each)

    async def admit_break_glass(self, caller: Caller) -> None:
        """Count a request for a break-glass grant, given or not, unless there were too many."""
        now = self._now()
        (asked,) = await self._counts.add([self._break_glass.count(self._both(caller)[0], now)])
        if asked > self._break_glass.most:
            raise self._break_glass.exceeded(now)

    async def admit_look(self, caller: Caller) -> None:
        """Count a family's look at who looked, unless there were too many.

        A parent's asks every shield authority, whose rate is there for those who help the child.
        """
        await self.admit_questions(caller, 1)
        now = self._now()
        (looked,) = await self._counts.add([self._looks.count(self._both(caller)[0], now)])
        if looked > self._looks.most:
            raise self._looks.exceeded(now)

    async def nobody_found(self, caller: Caller) -> None:
        """Count a question whose answer told of no child."""
        with suppress(TryLater):  # the next question says so
            await self._counts.add([self._unfound.count(self._both(caller)[0], self._now())])

    async def tells_many_places(
        self, caller: Caller, person: str | None, places: Iterable[tuple[str, str]]
    ) -> bool:
        """Count what was told of places for a child; whether it is much that differs, for a day.

        Right or wrong: whether one is right is told of no child who may be restricted. `person` is
        the pseudonym of name and birth date, `places` are kinds and pseudonyms.
        """
        places = tuple(places)
        if not places:
            return False
        who, day = self._both(caller)[0], int(self._now() // _DAY)
        told = [(kind, Count(f"place {day} {who} {place}", _DAY)) for kind, place in places]
        times = await self._counts.add([count for _, count in told])
        new = [kind for (kind, _), so_often in zip(told, times, strict=True) if so_often == 1]
        kinds = sorted({kind for kind, _ in told})
        counts = [
            Count(f"places {day} {who} {kind} {person}", _DAY, new.count(kind)) for kind in kinds
        ]
        totals = await self._counts.add(counts)
        return any(total >= _MANY[kind] for kind, total in zip(kinds, totals, strict=True))

    async def left(self, caller: Caller) -> tuple[LimitLeft, ...]:
        """What this person may still ask, as far as it is theirs alone; nothing is counted.

        Not what their organisation may, which would tell what colleagues do. Not how many found
        nobody, which would tell of an answer that was asked for and not read.
        """
        now, who = self._now(), self._both(caller)[0]
        own = (self._rates[0], self._different[0], self._break_glass)
        counted = await self._counts.add([limit.count(who, now, 0) for limit in own])
        return tuple(limit.left_of(count, now) for limit, count in zip(own, counted, strict=True))

    async def _admit_child(self, caller: Caller, child: AskedOf) -> None:
        now = self._now()
        both, names = self._both(caller), sorted(child.pseudonyms)
        limits = tuple(zip(self._different, both, strict=True))
        asked = [limit.count(f"{who} {name}", now, 0) for limit, who in limits for name in names]
        seen = await self._counts.add(asked)
        if seen and all(seen):
            limits = ()
        for place, (limit, who) in enumerate(limits):
            if names and all(seen[place * len(names) : (place + 1) * len(names)]):
                continue
            (others,) = await self._counts.add([limit.count(who, now)])
            if others > limit.most:
                raise limit.exceeded(now)
            await self._counts.add([limit.count(f"{who} {name}", now) for name in names])
        if child.beyond:
            await self._admit_beyond(both[0], names, now)

    async def _admit_beyond(self, who: str, names: Sequence[str], now: float) -> None:
        counts = [self._beyond.count(f"{who} {name}", now) for name in names]
        if any(count > self._beyond.most for count in await self._counts.add(counts)):
            raise self._beyond.exceeded(now)

    def _both(self, caller: Caller) -> tuple[str, str]:
        """The names of a person and of their organisation, which no other two share.

        Linked accounts are one person, whichever organisation each is of.
        """
        accounts = self.persons.known(caller.account)
        organisation = repr(caller.organisation)
        whole = "" if len(accounts) > 1 else f"{organisation} "
        first = min(accounts)
        return f"{whole}{first.issuer!r} {first.user!r}", organisation


def _too_fast(after_s: int) -> LimitReached:
    return LimitReached("TOO_MANY_QUESTIONS", f"you ask {_TOO_FAST}", after_s)


def _all_too_fast(after_s: int) -> LimitReached:
    return LimitReached("TOO_MANY_QUESTIONS", f"your organisation asks {_TOO_FAST}", after_s)


def _too_many(after_s: int) -> LimitReached:
    return LimitReached("TOO_MANY_CHILDREN_ASKED", f"you asked about {_TOO_MANY}", after_s)


def _all_too_many(after_s: int) -> LimitReached:
    return LimitReached(
        "TOO_MANY_CHILDREN_ASKED", f"your organisation asked about {_TOO_MANY}", after_s
    )


def _in_vain(after_s: int) -> LimitReached:
    return LimitReached(
        "TOO_MANY_UNFOUND",
        "too many of your questions in the last hour found nobody; check numbers and spellings"
        " with the person who gave them, and ask again later",
        after_s,
    )


def _too_much_break_glass(after_s: int) -> LimitReached:
    return LimitReached(
        "TOO_MUCH_BREAK_GLASS",
        "breakGlass: you asked for a grant as often as is allowed in an hour; ring the agency, or"
        " have a colleague ask",
        after_s,
    )


def _too_many_looks(after_s: int) -> LimitReached:
    return LimitReached(
        "TOO_MANY_LOOKS",
        "accesses: you asked as often as is allowed in an hour; the list changes once a day",
        after_s,
    )


def _too_far(after_s: int) -> LimitReached:
    return LimitReached(
        "TOO_OFTEN_OUT_OF_AREA",
        "you asked about this child outside your areas as often as is allowed in a day. Ring the"
        " agency, or have a colleague of that area ask",
        after_s,
    )


_TOO_FAST: Final = "more in a minute than is allowed; ask again when the minute is over"
_TOO_MANY: Final = (
    "more different children in an hour than is allowed; ring about those that cannot wait. If"
    " your work needs more, tell the operator"
)
