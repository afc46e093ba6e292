"""When a family may see an access: never by default, else at the latest of the rules that fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self

from adapters.contract.codes import Purpose
from adapters.contract.frozen import plainly_made
from gateway.config.operator_file import ChildPseudonyms, Disclosure, DisclosureEvent, OperatorFile

_DAY: Final = timedelta(days=1)
_LEAST: Final = timedelta(hours=8)
_NEVER: Final = {"show": "never"}


@plainly_made
@dataclass(frozen=True, slots=True)
class Whom:
    """Whose accesses are looked at: a person's pseudonyms, under every live epoch.

    `beside` are all that stand in the entries about the person, another child's by mistake too.
    """

    own: frozenset[str]
    beside: frozenset[str] = frozenset()

    def is_of(self, children: ChildPseudonyms | None) -> bool:
        """Whether the person is certainly one of these; None is everybody."""
        return children is None or not self.own.isdisjoint(children)

    def may_be_of(self, children: ChildPseudonyms | None) -> bool:
        """Whether the person may be one of these, or the keys are gone that would tell."""
        if children is None or not (self.own | self.beside).isdisjoint(children):
            return True
        return not {*map(_epoch, children)} <= {*map(_epoch, self.own)}


@plainly_made
@dataclass(frozen=True, slots=True)
class Disclosures:
    """The operator's rules, with the events that have been. The order of rules never matters."""

    rules: tuple[Disclosure, ...]
    events: tuple[DisclosureEvent, ...] = ()

    @classmethod
    def of(cls, operator: OperatorFile) -> Self:
        """The rules of an operator's file; of an event that stands there twice the later counts."""
        return cls(operator.disclosure, operator.event)

    def about(self, whom: Whom) -> Self:
        """The rules and events of one person. A rule that may be about them, or not, is `never`."""
        fitting = [rule for rule in self.rules if whom.may_be_of(rule.about)]
        rules = [r if whom.is_of(r.about) else r.model_copy(update=_NEVER) for r in fitting]
        return type(self)(tuple(rules), tuple(e for e in self.events if whom.is_of(e.about)))

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
        # Who watches the list, at midnight too, must not see that a question has just been asked.
        following = next_day(at + _LEAST).date()
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
        been = [event.on for event in self.events if event.name == rule.event]
        return rule.on or max(been, default=None)


def _epoch(pseudonym: str) -> str:
    return pseudonym.partition(":")[0]


def next_day(now: datetime) -> datetime:
    """The next midnight in UTC: until then no list of accesses changes."""
    return datetime.combine(now.astimezone(UTC).date() + _DAY, time(), UTC)
