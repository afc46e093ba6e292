"""Break-glass: one user, one child, thirty minutes, told at once and reviewed by somebody else."""

import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.search import Search
from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.recorder.recorder import Recorder
from gateway.config.operator_file import PrivacyOfficer
from gateway.config.working_days import WorkingDays
from gateway.identity.persons import Persons
from gateway.identity.quotas import Quotas
from gateway.model import events
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import AskDifferently, LimitReached, NotAllowed, SignIn, TryLater
from gateway.model.inquiry import Known
from gateway.model.words import in_words
from gateway.oversight.auditors.access import AuditReader
from gateway.oversight.break_glass.against_log import REVIEWED_IN, GrantGuard, GrantsDiffer
from gateway.oversight.break_glass.store.contract import GrantStore, GrantsUnavailable
from gateway.oversight.break_glass.store.grant import LASTS, BreakGlassGrant
from gateway.oversight.review import is_near, refuse_long

RECENT: Final = timedelta(minutes=15)
_LATER_ENTRIES: Final = 100


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Gives grants, checks their use, and has them reviewed.

    A grant lifts the doubt whether a child is shielded, never a known shield.

    Harm that a question states is reviewed too, and an overdue review suspends both.

    `officers` are the privacy officers whom a caller's question concerns; `hurry` has them told
    at once. While the store cannot be used, every method raises TryLater.
    """

    store: GrantStore
    recorder: Recorder
    clock: Clock
    officers: Callable[[Caller], Collection[PrivacyOfficer]]
    hurry: Callable[[], None]
    working_days: WorkingDays
    quotas: Quotas
    persons: Persons
    guard: GrantGuard

    async def grant(self, caller: Caller, known: Known, justification: str) -> BreakGlassGrant:
        """A grant for this caller and child; a SignIn, NotAllowed or TooMany is logged as well.

        The grant is in the log before anybody hears of it.
        """
        try:
            await self.quotas.admit_break_glass(caller)
            await self._refuse(caller)
        except (SignIn, NotAllowed, LimitReached) as refusal:
            await self.recorder.refuse(refusal.code, caller)
            raise
        if not in_words(justification):
            raise AskDifferently("JUSTIFICATION_MISSING", "justification: say why in words")
        refuse_long("justification", justification)
        pseudonyms = await self.recorder.pseudonyms(known)
        query_id, now = secrets.token_urlsafe(12), self.clock.now()
        told = self.officers(caller)
        index = await self.recorder.broke_glass(
            caller, query_id, justification, pseudonyms, _agencies(told)
        )
        made = BreakGlassGrant(
            id=query_id,
            entry=index,
            user=caller.user,
            issuer=caller.issuer,
            organisation=caller.organisation,
            manager=caller.manager,
            expires_at=(now + LASTS).timestamp(),
            review_by=self.working_days.after(now, REVIEWED_IN).timestamp(),
        )
        with _kept():
            await self.store.add(made, pseudonyms, _places(told), "granted")
        self.hurry()
        return made

    async def admit(self, grant_id: str, caller: Caller, known: Known) -> None:
        """NotAllowed unless the grant is this caller's, in force, and of this child alone."""
        now = self.clock.now().timestamp()
        asked = frozenset(await self.recorder.pseudonyms(known))
        with _kept():
            given = await self.store.pseudonyms(grant_id, caller.account, caller.organisation, now)
        if not asked or not asked <= given & await self._granted(grant_id, caller, now):
            raise NotAllowed(
                "BREAK_GLASS_INVALID",
                "reason.breakGlass: a grant is for one user and thirty minutes, and for one child"
                " with the same details; ask for another",
            )

    async def _granted(self, grant_id: str, caller: Caller, now: float) -> frozenset[str]:
        """The pseudonyms of a grant that the log itself gives this caller now; else none."""
        wanted = Search(kind=AuditKind.BREAK_GLASS, query_id=grant_id)
        theirs = (caller.user, caller.issuer, caller.organisation)
        with _read():
            found = await self.recorder.log.search(wanted, count=1)
            usable = [
                given.entry.child_pseudonyms
                for given in found
                if _theirs(given.entry) == theirs and now < _end(given.entry).timestamp()
                if not await self._is_over(given)
            ]
        return frozenset(chain(*usable))

    async def _is_over(self, given: Logged) -> bool:
        """Whether an entry that came after a grant is of after its end: this clock may be behind.

        Entries before it are those of a clock that once ran ahead.
        """
        later = Search(since=_end(given.entry))
        found = await self.recorder.log.search(later, count=_LATER_ENTRIES)
        return any(each.index > given.index for each in found)

    async def refuse_unreviewed(self, caller: Caller) -> None:
        """NotAllowed where an earlier use of this user's waits for its review for too long."""
        now = self.clock.now().timestamp()
        accounts = await self.persons.accounts(caller.account)
        with _kept():
            self.guard.refuse_differing()
            suspended = [await self.store.suspended(each, now) for each in sorted(accounts)]
        if any(suspended):
            raise NotAllowed(
                "BREAK_GLASS_SUSPENDED",
                "an earlier break-glass, or harm that you stated, still waits for its review",
            )

    def agencies_told(self, caller: Caller) -> frozenset[str]:
        """The agencies whose privacy officers are told what this caller opens or states."""
        return _agencies(self.officers(caller))

    async def harm_stated(self, caller: Caller, query_id: str, entry: int) -> None:
        """Have the question of this entry reviewed, in which harm was stated; TryLater if not.

        Privacy officers are told as of a grant; it is none.
        """
        now = self.clock.now()
        stated = BreakGlassGrant(
            id=query_id,
            entry=entry,
            user=caller.user,
            issuer=caller.issuer,
            organisation=caller.organisation,
            manager=caller.manager,
            expires_at=0.0,
            review_by=self.working_days.after(now, REVIEWED_IN).timestamp(),
        )
        with _kept():
            await self.store.add(stated, (), _places(self.officers(caller)), "harm-stated")
        self.hurry()

    async def awaits(self, entry: int) -> bool:
        """Whether this entry of the log waits for a review here."""
        return await self._unreviewed(entry) is not None

    async def review(self, caller: Caller, entry: int, verdict: str, note: str) -> None:
        """Keep a reviewer's verdict; neither the user, their manager nor their people are one.

        A privacy officer reviews what the log says of their own agency.
        """
        grant = await self._unreviewed(entry)
        near = grant.near if grant else ()
        may = await self._may_review(caller, grant)
        if not may or await is_near(self.persons, caller, near):
            await self.recorder.refuse("REVIEW_NOT_ALLOWED", caller)
            raise NotAllowed(
                "REVIEW_NOT_ALLOWED",
                "only an auditor reviews, or a privacy officer whose agency the entry names, and"
                " neither the user, nor their manager, nor anyone that they manage",
            )
        if grant is None or not in_words(note):
            raise AskDifferently(
                "REVIEW_INVALID", "reviewAccess: name an entry that waits for review, and say why"
            )
        refuse_long("note", note)
        await self.recorder.reviewed(caller, grant.id, verdict, note)
        with _kept():
            await self.store.review(grant.id, f"{caller.user} {caller.issuer}", verdict)

    async def _may_review(self, caller: Caller, grant: BreakGlassGrant | None) -> bool:
        """Whether it is for this caller: a grant of an earlier release names no agency."""
        reader = AuditReader(caller)
        if grant is None or reader.reads_all or not reader.reads:
            return reader.reads
        kind = AuditKind.BREAK_GLASS if grant.expires_at else AuditKind.INTENT
        with _read():
            found = await self.recorder.log.search(Search(kind=kind, query_id=grant.id))
        of_it = [each.entry for each in found if each.index == grant.entry]
        return any(reader.may_see(each) or not each.agencies for each in of_it)

    async def _unreviewed(self, entry: int) -> BreakGlassGrant | None:
        with _kept():
            return await self.store.unreviewed(entry)

    async def _refuse(self, caller: Caller) -> None:
        now = self.clock.now()
        since = now.timestamp() - (caller.signed_in_at or 0)
        if caller.signed_in_at is None or since > RECENT.total_seconds():
            raise SignIn("SIGN_IN_AGAIN", "breakGlass: sign in again, then ask within 15 minutes")
        if not caller.purposes & {Purpose.SAFEGUARDING, Purpose.EMERGENCY}:
            raise NotAllowed(
                "PURPOSE_NOT_ENTITLED", "breakGlass: your token does not entitle you to it"
            )
        if not self.officers(caller):
            raise NotAllowed(
                "BREAK_GLASS_UNAVAILABLE", "breakGlass: the gateway can reach no privacy officer"
            )
        await self.refuse_unreviewed(caller)


def _places(told: Collection[PrivacyOfficer]) -> frozenset[str]:
    return frozenset(officer.place for officer in told)


def _agencies(told: Collection[PrivacyOfficer]) -> frozenset[str]:
    return frozenset(officer.agency for officer in told)


def _theirs(entry: Entry) -> tuple[str | None, str | None, str | None]:
    return entry.user, entry.issuer, entry.organisation


def _end(entry: Entry) -> datetime:
    return entry.at + LASTS


@contextmanager
def _read() -> Iterator[None]:
    try:
        yield
    except (LogUnavailable, LogCorrupt):
        raise TryLater("LOG_UNAVAILABLE", "the log cannot be read now; ask again") from None


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except (GrantsDiffer, GrantsUnavailable) as error:
        events.reviews_unavailable(error)
        raise TryLater(
            "REVIEWS_UNAVAILABLE",
            "the list of reviews cannot be read or written, so nothing is asked or given",
        ) from None
