"""Who looked at a child, for the child and the parents: only whom the token verifies, no oracle.

Nothing, held back, unknown and refused are one answer, byte for byte, and leave after one time.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from adapters.contract.codes import Purpose
from adapters.contract.contract import OnBehalf
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.search import Search
from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.recorder.intent import Grounds, Intent
from gateway.audit.recorder.recorder import ACCESSES, Recorder
from gateway.audit.store.contract import READ_BOUND, Log
from gateway.config.operator_file import Families, FamilyContact
from gateway.graphql.optional_inputs import known_of
from gateway.graphql.services.access import Access, AccessConnection, AccessEdge
from gateway.graphql.types.agency import ContactType
from gateway.graphql.types.declare import PageInfo
from gateway.graphql.types.inputs import KnownDetails
from gateway.graphql.types.taking_turns import TakingTurns
from gateway.identity.quotas import Quotas
from gateway.model import events
from gateway.model.account import Account
from gateway.model.caller import Caller, Person
from gateway.model.clock import Clock, InTime
from gateway.model.errors import AskDifferently, LimitReached, NotAllowed, TryLater
from gateway.model.inquiry import Inquiry, Known, Reason
from gateway.oversight.families.accesses import (
    AccessPosition,
    OnePerson,
    ShownAccess,
    numbered,
    seen,
    turns,
)
from gateway.oversight.families.disclosure import Disclosures, Whom, next_day
from gateway.oversight.families.entitlement import confirmed, entitled
from gateway.questions.onward import by_agency
from gateway.questions.shield.check import ShieldCheck
from resolvers.child.child import Restriction

LONGEST_PAGE: Final = 200
MOST_READ: Final = 5 * READ_BOUND
READ_S: Final = 1.0  # longer than reading MOST_READ entries takes, so that they do not show


@dataclass(frozen=True, slots=True)
class FamilyRules:
    """What the operator decided about families."""

    families: Families
    disclosures: Disclosures
    contacts: tuple[FamilyContact, ...] = ()

    def contact(self, organisation: str) -> ContactType | None:
        """Who answers a family at an organisation."""
        found = (each for each in self.contacts if each.organisation == organisation)
        contact = next(found, None)
        if contact is None:
            return None
        return ContactType(
            name=contact.name, telephone=contact.telephone, email=contact.email, hours=contact.hours
        )


@dataclass(frozen=True, slots=True)
class FamilyApi:
    """One caller's view of who looked."""

    caller: Caller
    rules: FamilyRules
    log: Log
    recorder: Recorder
    shield: ShieldCheck
    quotas: Quotas
    refuse_unwitnessed: Callable[[], None]
    one_person: OnePerson
    in_time: InTime

    async def accesses(
        self, known: KnownDetails | None, first: int | None, after: str | None
    ) -> AccessConnection:
        """A page; NotAllowed if the token does not say for whom, AskDifferently says why not."""
        count, turn = _count(first), _turn(after)
        await self._admit()
        self.refuse_unwitnessed()
        person = self._meant(known)
        leaves_at = self._clock.monotonic() + self._waits_s
        shown = await self._shown(person)
        await self._clock.hold(max(0.0, leaves_at - self._clock.monotonic()))
        self.in_time.refuse_held_up()
        return self._page(shown, count, turn)

    @property
    def _clock(self) -> Clock:
        return self.recorder.clock

    async def _admit(self) -> None:
        if not self._entitled or Purpose.SUBJECT_ACCESS not in self.caller.purposes:
            await self.recorder.refuse("ACCESSES_NOT_ALLOWED", self.caller)
            raise NotAllowed(
                "ACCESSES_NOT_ALLOWED",
                "accesses: your token must name you or your child, verified, with a number and a"
                " date of birth. You must be old enough, or your child young enough",
            )
        try:
            await self.quotas.admit_look(self.caller)
        except LimitReached as refusal:
            await self.recorder.refuse(refusal.code, self.caller)
            raise

    @property
    def _entitled(self) -> list[Person]:
        return entitled(self.caller, self.rules.families, self._clock.now().date())

    def _meant(self, known: KnownDetails | None) -> Person | None:
        """The person that is meant; None where `known` confirms nobody of the token."""
        if known is not None:
            return confirmed(self._entitled, known_of(known))
        if len(self._entitled) > 1:
            raise AskDifferently(
                "KNOWN_DETAILS_TOO_FEW",
                "known: your token is for several people; say which of them you mean",
            )
        return self._entitled[0]

    @property
    def _waits_s(self) -> float:
        """After how long an answer leaves, whatever was found: a parent's after a whole check.

        The log is read after the check, however late that ended.
        """
        return READ_S + (self.shield.deadline_s if self.caller.children else 0.0)

    async def _shown(self, person: Person | None) -> list[ShownAccess]:
        if person is None:
            await self.recorder.looked(self.caller, Known(), "ACCESSES_UNCONFIRMED")
            return []
        known = _known(person)
        query_id = None
        if person is not self.caller.person:
            query_id, restriction = await self._checked(known)
            if restriction is not Restriction.NONE_KNOWN:
                why = f"ACCESSES_SHIELD_{restriction.value}"
                await self.recorder.looked(self.caller, known, why, query_id)
                return []
        numbers = Known(nhs_number=person.nhs_number, upn=person.upn)
        own = frozenset(await self.recorder.pseudonyms_everywhere(numbers))
        entries = await self._entries(own)
        await self.recorder.looked(self.caller, known, ACCESSES, query_id)
        whom = Whom(own, frozenset(name for e in entries for name in e.child_pseudonyms))
        registry, today = self.shield.registry, self._clock.now().date()
        entries = [e for e in entries if e.organisation not in registry.sensitive_agencies]
        rules = self.rules.disclosures.about(whom)
        return await asyncio.to_thread(seen, entries, rules, today, registry.openly_named)

    async def _checked(self, known: Known) -> tuple[str, Restriction]:
        asked = sorted({source.agency for source in self.shield.asked.values()})
        inquiry = Inquiry(known, Reason(Purpose.SUBJECT_ACCESS, "accesses"))
        pseudonymised = await self.recorder.pseudonymise(inquiry)
        grounds = Grounds(agencies=tuple(asked))
        intent = await self.recorder.intend(pseudonymised, self.caller, grounds)
        on_behalf = OnBehalf(
            issuer=self.caller.issuer,
            user=self.caller.user,
            organisation=self.caller.organisation,
            purpose=Purpose.SUBJECT_ACCESS,
            query_id=intent.query_id,
            log_index=intent.index,
        )
        pass_on = partial(self._pass_on, intent)
        return intent.query_id, await self.shield.restriction(known, on_behalf, pass_on)

    async def _pass_on(self, intent: Intent, learned: Mapping[str, frozenset[str]]) -> None:
        await self.recorder.pass_on(intent, by_agency(learned, self.shield.sources))

    async def _entries(self, pseudonyms: frozenset[Pseudonym]) -> list[Entry]:
        """What the log has by these of the person's numbers, the newest MOST_READ of it.

        By numbers alone: another child may have the same name and day of birth. Of accesses
        alone: else a parent who looks often enough would leave no place for them.
        """
        found: list[Entry] = []
        place = None
        search = Search(pseudonyms=pseudonyms, accesses=True)
        try:
            while len(found) < MOST_READ:
                page = await self.log.search(search, after=place)
                found += await asyncio.to_thread(_read, page)  # fifty milliseconds for a page
                if len(page) < READ_BOUND:
                    break
                place = page[-1].place
        except (LogUnavailable, LogCorrupt) as error:
            if isinstance(error, LogCorrupt):
                events.log_corrupt()
            raise TryLater("LOG_UNAVAILABLE", "the log cannot be read now; ask again") from None
        return found

    def _page(
        self, shown: list[ShownAccess], count: int, after: AccessPosition | None
    ) -> AccessConnection:
        numbers = numbered(shown, self.one_person)
        left = [(turn, each) for turn, each in turns(shown) if after is None or turn.follows(after)]
        edges = TakingTurns(
            AccessEdge(node=self._access(each, numbers), cursor=turn.cursor)
            for turn, each in left[:count]
        )
        info = PageInfo(
            has_next_page=len(left) > count,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        until = next_day(self._clock.now())
        return AccessConnection(edges=edges, page_info=info, available_from=until)

    def _access(self, each: ShownAccess, numbers: Mapping[Account, int]) -> Access:
        return Access(
            at=each.at,
            organisation=each.organisation,
            role=each.role,
            purpose=each.purpose,
            agencies=list(each.agencies),
            reference=each.query_id,
            person=numbers[each.account] if each.account else None,
            contact=self.rules.contact(each.organisation),
        )


def _read(page: Iterable[Logged]) -> list[Entry]:
    return [logged.entry for logged in page]


def _known(person: Person) -> Known:
    return Known(
        nhs_number=person.nhs_number,
        upn=person.upn,
        given_names=person.given_names,
        family_name=person.family_name,
        birth_date=person.birth_date,
    )


def _count(first: int | None) -> int:
    count = LONGEST_PAGE if first is None else first
    if not 0 <= count <= LONGEST_PAGE:
        raise AskDifferently("VARIABLES_INVALID", f"first: from 0 to {LONGEST_PAGE}")
    return count


def _turn(after: str | None) -> AccessPosition | None:
    if after is None:
        return None
    turn = AccessPosition.read(after)
    if turn is None:
        raise AskDifferently("VARIABLES_INVALID", "after: is not a cursor of this list")
    return turn
