"""What the shield does to one question: when it has spoken, what it hides, and from when on.

A caller who is not cleared must not learn from an answer's time or content what agencies hold that
are hidden from them, nor which source of the shield set restricts the child. So the shield is told
by the *circle* alone: the shield set and the identity sources, which are asked whatever the scope
names, and the national agencies. Once nothing of the circle is under way the state stands, whatever
hidden agencies would still say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.contract.frozen import replace
from gateway.fanout.source_answer import Keys, SourceAnswer
from gateway.fanout.sources import SENSITIVE_SERVICES, RegisteredSource, Registry
from gateway.questions.finder import Finder
from gateway.questions.findings import Findings
from gateway.questions.onward import lessons
from gateway.questions.order import Order, SourceAnswers
from gateway.questions.release import ReleaseView, members_seen
from gateway.questions.shield.further import FurtherNumbers
from gateway.questions.shield.home import ToldHome
from gateway.questions.shield.namesakes import NamesakeSearch
from gateway.questions.shield.unsaid import Unsaid
from resolvers.child.child import Restriction

_GRAVITY = (Restriction.NONE_KNOWN, Restriction.UNKNOWN, Restriction.RESTRICTED)


def circle_of(asked: Mapping[str, RegisteredSource], registry: Registry) -> frozenset[str]:
    """The sources whose answers alone decide on the shield, of those that are asked."""
    return frozenset(
        name
        for name, source in asked.items()
        if not source.sensitive
        and (
            source.in_shield_set or source.is_identity or registry.agencies[source.agency].national
        )
    )


@dataclass(slots=True)
class ShieldState:
    """`everybody` finds by all answers, `near` by those of the `circle` alone.

    `search` says whether a restricted namesake may be behind records without a number of hers,
    `home` whether the home that was told settles who she is, `numbers` by which numbers the set is
    still to be asked.
    """

    view: ReleaseView
    everybody: Finder
    near: Finder
    circle: frozenset[str]
    search: NamesakeSearch
    home: ToldHome
    numbers: FurtherNumbers
    first_wave_over: bool = False
    _heard: SourceAnswers = field(default_factory=dict)
    _first: SourceAnswers = field(default_factory=dict)
    _settled: bool = False
    _state: Restriction | None = None
    _tied: tuple[Findings, Findings] | None = None
    _before_home: SourceAnswers | None = None
    _unseen: bool = False

    def end_first_wave(self) -> None:
        """Hear that each of the circle has answered to the caller's own details.

        If one of them restricts the child nothing more is told from now on. So nothing is told
        from now on, either, where that is found out later.
        """
        self.first_wave_over = True

    def idle(self, heard: SourceAnswers, first: SourceAnswers) -> bool:
        """Hear that nothing of the circle is under way, nor can be asked with what it taught.

        `first` is what the same sources answered to the caller's own details. Whether nobody else
        is to be waited for: their rows say nothing to this caller.
        """
        self._heard, self._first = heard, first
        judged = self._judged
        self._state = max(judged, self._state or judged, key=_GRAVITY.index)
        near = self._near
        if self._state is Restriction.RESTRICTED:
            self._settled = self._settled or self._unsaid.all_said
        else:
            # What is hidden stays so. Whoever is shown where she is must not be shown too soon.
            self._settled = self.view.hides(near) or self._unsaid.none_to_come
        self._unseen = self._shows_nobody(near)
        return self.hidden or self._unseen

    @property
    def _unsaid(self) -> Unsaid:
        return Unsaid(self._heard, self.near, self.search, self.view.registry.sources)

    def _shows_nobody(self, found: Findings) -> bool:
        """Whether the child may be shielded, and an answer of these findings shows nobody."""
        if not self.view.hides(found):
            return False
        found = self._while_untied(found)
        return not members_seen(self.view, found.answers.values(), found)

    @property
    def _judged(self) -> Restriction:
        """What the circle says, and what a second look at the shield set adds."""
        found = self._of_circle(self._heard)
        again = self.search.with_looks(self._heard) if self.search.looked else None
        looked = found if again is None else self.near.of(again)
        if looked.restriction is Restriction.RESTRICTED:
            return Restriction.RESTRICTED
        unsure = self.search.unlooked(found) or looked.owed
        return Restriction.UNKNOWN if unsure else found.restriction

    @property
    def _near(self) -> Findings:
        """The findings that a caller is told of, from whom the child is hidden.

        Of a restricted child by what the caller's own details found: what else was asked depends on
        who restricts her. Nor does it tell of a home that was right until then. So it is, too,
        where nobody is shown: whether anybody restricts her must not be told then.
        """
        if self._state is Restriction.RESTRICTED:
            return self._as_asked(Restriction.RESTRICTED)
        found = self._shown(self._heard, self._state)
        if not self._shows_nobody(found):
            return found
        alike = self._as_asked(found.restriction)
        return alike if self._shows_nobody(alike) else found

    def _as_asked(self, state: Restriction) -> Findings:
        return self.near.as_asked(self._first).restricted_as(state)

    def lessons(
        self, answers: SourceAnswers, sources: Mapping[str, RegisteredSource]
    ) -> Mapping[str, Keys]:
        """What each source may be asked with besides; the circle by what it taught itself.

        Once the child is cleared by the circle, everybody by what everybody taught. Before, the
        shield set by what a likely record would teach, so that it speaks of that child too.
        """
        near = self._of_circle(answers)
        taught = lessons(self.everybody.of(answers), sources)
        within = {**lessons(self.teaching(answers), sources), **self.home.lessons(near)}
        outside = {name: keys for name, keys in taught.items() if name not in self.circle}
        return outside | {name: keys for name, keys in within.items() if name in self.circle}

    def teaching(self, answers: SourceAnswers) -> Findings:
        """The findings that teach the circle: its own, until it has cleared the child."""
        near = self._of_circle(answers)
        cleared = near.restriction is Restriction.NONE_KNOWN
        return self.everybody.of(answers) if cleared else near

    def _of_circle(self, answers: SourceAnswers) -> Findings:
        """What the circle's answers say; from the moment that a told home settles it, with that."""
        inside = {name: each for name, each in answers.items() if name in self.circle}
        found = self.near.of(inside)
        records = self.home.settled(found)
        if not records:
            return found
        self._before_home = inside
        self.search.close()
        for finder in (self.near, self.everybody):
            finder.settle(records)
        return self.near.of(inside)

    @property
    def settled(self) -> bool:
        """Whether nothing to come changes the restriction that this caller is told."""
        return self._settled and not self._unseen

    def hides(self, agency: str) -> bool:
        """Whether this agency's row says nothing to this caller, whatever still comes."""
        if not self.hidden:
            return False
        return agency == SENSITIVE_SERVICES or not self.view.is_national(agency)

    @property
    def hidden(self) -> bool:
        """Whether nobody outside the circle is to be waited for."""
        if self._state is Restriction.NONE_KNOWN or not self.settled:
            return False
        return self.view.hides(self._near)

    @property
    def late(self) -> bool:
        """Whether the child is hidden from this caller, and when it was found out would tell why.

        Nothing more is told then before the answer's moment.
        """
        known = self._state is Restriction.RESTRICTED and not self._settled
        return self._unseen or (known and self.view.hides(self._near))

    def moment(self, answers: SourceAnswers, order: Order, now: float) -> float:
        """When an answer that is whole `now` may leave, on the loop's clock.

        Where the child is hidden from this caller by what came after the circle first spoke, the
        moment would tell who restricts her, or holds her. Where she is hidden and nobody is shown,
        it would tell whether anybody does. So it is chosen before anybody is asked.
        """
        found = self.told(answers)
        if now <= order.shows_nobody_at and self._shows_nobody(found):
            return order.shows_nobody_at
        late = self._shows_nobody(found) or (not self._settled and self.view.hides(found))
        return order.until if late else now

    def told(self, answers: SourceAnswers) -> Findings:
        """The findings that this caller's answer is made of.

        Where the child is hidden from them, those of the circle alone. What is certain waits while
        nothing but name, date and sex ties it to what they told.
        """
        found = self._told(answers)
        if self._tied is None or self._tied[0] is not found:
            self._tied = (found, self._while_untied(found))
        return self._tied[1]

    def _while_untied(self, found: Findings) -> Findings:
        if self.near.all_numbered(found):
            return found
        cleared = found.restriction is Restriction.NONE_KNOWN
        if not self.near.untied(self.home.told(placed=cleared), found):
            return found
        return replace(found.narrowed(found.resolution.pending()), untied=True)

    def _told(self, answers: SourceAnswers) -> Findings:
        if self.hidden or self.late:
            return self._near
        found = self.everybody.of({**self._heard, **answers})
        state = max(found.restriction, self._state or found.restriction, key=_GRAVITY.index)
        found = found.restricted_as(state)
        if self.view.cleared or not self.view.hides(found):
            return self._without_namesakes(found)
        inside = {name: each for name, each in answers.items() if name in self.circle}
        return self._shown(inside, state)

    def _shown(self, answers: Mapping[str, SourceAnswer], state: Restriction | None) -> Findings:
        """The circle's findings; if a home counted and she is not clear after all, those before."""
        in_vain = self._before_home is not None and state is not Restriction.NONE_KNOWN
        found = self.near.as_asked(self._before_home or {}) if in_vain else self.near.of(answers)
        return found.restricted_as(state or found.restriction)

    def namesakes(self, answers: SourceAnswers) -> Mapping[str, Keys]:
        """Who is to be searched for children alike, and by what."""
        children = self.home.supposed(self._of_circle(answers))
        if children:
            first, *_ = children
            return self.search.before_a_home(first)
        return self.search.wanted(self.everybody.of(answers))

    def further(self, answers: SourceAnswers) -> Mapping[str, tuple[Keys, ...]]:
        """By which further numbers of any likely child each source of the set is asked, by id.

        What was found by a search bears some too. Of a restricted child nobody is asked any more.
        """
        inside = {name: each for name, each in answers.items() if name in self.circle}
        if self.near.asks_nobody_by_each(inside):
            return {}
        found = self.near.of(self.search.with_looks(inside) if self.search.looked else inside)
        views = (found, *self.home.supposed(found))
        return self.numbers.wanted(v for v in views if v.restriction is not Restriction.RESTRICTED)

    def hear(self, found: SourceAnswers) -> None:
        """Hear what the search for children alike found."""
        self.search.hear(found)

    def _without_namesakes(self, found: Findings) -> Findings:
        """The findings without records that may be a restricted namesake's.

        Whoever is cleared sees them stand apart. To everybody else it is as if they were not there:
        where they are would tell where the namesake is. Of one whom nobody restricts, and who has
        another home, none at the told home can be (ADR 0087).
        """
        resolution, search = found.resolution, self.search
        if not resolution.loose:
            return found
        unsearched = self.view.cleared and found.restriction is not Restriction.NONE_KNOWN
        if not unsearched and search.leaves_doubt(found):
            apart = resolution.loosened() if self.view.cleared else resolution.tied_alone()
            return found.narrowed(apart)
        if not search.finds_another(found):
            return found
        return found.narrowed(resolution.loosened(but_at_home=search.told_apart(found)))
