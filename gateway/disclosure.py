"""When a family may see an access: never by default, else at the latest of the rules that fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self

from adapters.codes import Purpose
from gateway.operator_file import Disclosure, OperatorFile

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Disclosures:
    """The operator's rules, with the events that have been. The order of rules never matters."""

    rules: tuple[Disclosure, ...]
    events: Mapping[str, date]

    @classmethod
    def of(cls, operator: OperatorFile) -> Self:
        """The rules of an operator's file; of an event that stands there twice the later counts."""
        events: dict[str, date] = {}
        for event in operator.event:
            events[event.name] = max(event.on, events.get(event.name, event.on))
        return cls(operator.disclosure, events)

    def shows_asker(self, organisation: str | None, purpose: Purpose, at: datetime) -> date | None:
        """From which day a family may see that an organisation asked at `at`; None for never."""
        if organisation is None:
            return None
        return self._day((r for r in self.rules if r.organisation == organisation), purpose, at)

    def shows_asked(self, agency: str, purpose: Purpose, at: datetime) -> date | None:
        """From which day a family may see that an agency's information was released."""
        return self._day((r for r in self.rules if r.agency == agency), purpose, at)

    def _day(self, rules: Iterable[Disclosure], purpose: Purpose, at: datetime) -> date | None:
        days = [self._opens(rule, at) for rule in rules if purpose in rule.purposes]
        opened = [day for day in days if day is not None]
        return max(opened, default=None) if len(opened) == len(days) else None

    def _opens(self, rule: Disclosure, at: datetime) -> date | None:
        # Never on the day itself: who watches the list must not see a question being asked.
        following = at.astimezone(UTC).date() + _DAY
        match rule.show:
            case "never":
                return None
            case "now":
                return following
            case "after":
                waited = self._waited_for(rule, at)
                return max(following, waited) if waited else None

    def _waited_for(self, rule: Disclosure, at: datetime) -> date | None:
        if rule.days is not None:
            return (at.astimezone(UTC) + timedelta(days=rule.days)).date()
        return rule.on or self.events.get(rule.event or "")


def next_day(now: datetime) -> datetime:
    """The next midnight in UTC: until then no list of accesses changes."""
    return datetime.combine(now.astimezone(UTC).date() + _DAY, time(), UTC)
