"""Entries of one question: intent, what was passed on, and what each payload released."""

import asyncio
import secrets
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.contract.codes import Purpose
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.record import Identifier
from gateway.audit.entry.entry import AuditedAgency, Entry
from gateway.audit.entry.flags import AccessFlag, AccessFlags
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.look import AuditedLook
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.pseudonym import Pseudonym, identifier_message
from gateway.audit.keys.sealing import Sealed
from gateway.audit.recorder import pseudonymise
from gateway.audit.recorder.entries import audited, entry_of, named_in, refusal_of
from gateway.audit.recorder.intent import Coming, Grounds, Intent
from gateway.audit.recorder.patient_log import PatientLog
from gateway.audit.recorder.pseudonymise import Pseudonymised, hmac_inputs, protect_texts
from gateway.audit.recorder.refusal_counter import EVERY_S, RefusalCounter, RefusalKey
from gateway.audit.recorder.staff_children import NOBODY, StaffChildren, other_epoch, works_beside
from gateway.audit.store.contract import Log
from gateway.model import events
from gateway.model.account import AccountPair
from gateway.model.answer import AgencyRow
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import TryLater
from gateway.model.inquiry import Inquiry, Known
from resolvers.matching.version import MATCHER

PASSED_ON = "PASSED_ON"
ACCESSES = "ACCESSES"
_PATIENCE_S: Final = 5.0


@plainly_made
@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes entries; every method returns when they are durable, or raises TryLater.

    No entry is waited for longer than `patience_s`, and one of a question not past its end but
    for a moment: a log that hangs is one that cannot be written. Questions about
    `staff_children` get an access flag where a parent works beside the user.
    """

    log: Log
    keys: KeyService
    clock: Clock
    refusal_counter: RefusalCounter = field(default_factory=RefusalCounter)
    staff_children: StaffChildren = field(default_factory=lambda: NOBODY)
    patience_s: float = _PATIENCE_S
    patient: PatientLog = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the log with patience."""
        patient = PatientLog(self.log, self.clock, self.patience_s)
        object.__setattr__(self, "patient", patient)

    async def pseudonymise(self, inquiry: Inquiry) -> Pseudonymised:
        """What the intent of an inquiry will say of the child and of the reason, unreadable."""
        return await pseudonymise.pseudonymise(self.keys, inquiry)

    async def intend(
        self,
        pseudonymised: Pseudonymised,
        caller: Caller,
        grounds: Grounds,
        until: float | None = None,
    ) -> Intent:
        """The intent of one question, whose time is over `until` then on the monotonic clock."""
        entry = self._entry(
            AuditKind.INTENT,
            caller,
            query_id=pseudonymised.query_id,
            purpose=pseudonymised.purpose,
            justification=pseudonymised.justification,
            case_reference=pseudonymised.case_reference,
            child_pseudonyms=pseudonymised.pseudonyms,
            document=grounds.document,
            policy_version=grounds.policy_version,
            matcher_version=MATCHER,
            agencies=named_in(grounds),
            detail=pseudonymised.detail,
            manager=caller.manager,
            risks=tuple(grounds.risks),
            standing=grounds.standing,
        )
        index = await self._append(entry, until)
        return Intent(entry, pseudonymised.query_id, index, pseudonymised.messages, until)

    async def pass_on(self, intent: Intent, learned: Mapping[str, frozenset[str]]) -> None:
        """What other agencies are about to be asked with, that agencies before them taught."""
        agencies = tuple(AuditedAgency(a, released=tuple(sorted(n))) for a, n in learned.items())
        entry = replace(intent.entry, kind=AuditKind.RELEASE, agencies=agencies, detail=PASSED_ON)
        await self._append(replace(entry, at=self.clock.now()), intent.until)

    async def release(
        self,
        intent: Intent,
        rows: Iterable[AgencyRow],
        learned: frozenset[Identifier],
        flags: AccessFlags,
        asks: Sequence[str] = (),
    ) -> None:
        """What one payload is about to tell the caller; `learned` are certain identifiers.

        `flags` is what the answer so far shows of the access itself; `asks` are codes of what it
        asks of the caller.
        """
        taught = {identifier_message(i.scheme, i.value) for i in learned} - intent.messages
        more = (await protect_texts(self.keys, sorted(taught))).pseudonyms if taught else ()
        pseudonyms = tuple(dict.fromkeys([*intent.entry.child_pseudonyms, *sorted(more)]))
        entry = replace(
            intent.entry,
            kind=AuditKind.RELEASE,
            standing=None,
            at=self.clock.now(),
            justification=None,
            case_reference=None,
            child_pseudonyms=pseudonyms,
            agencies=tuple([audited(row) for row in rows]),
            risks=(
                *intent.entry.risks,
                *flags.risks,
                *self._of_staff(intent, pseudonyms),
            ),
            tie=flags.tie,
            detail="_".join(filter(None, [intent.entry.detail, *asks])) or None,
        )
        await self._append(entry, intent.until)

    def _of_staff(self, intent: Intent, children: Collection[Pseudonym]) -> Iterable[AccessFlag]:
        epoch = other_epoch(self.staff_children, children)
        if epoch is not None:
            events.staff_children_outdated(epoch)
        beside = works_beside(self.staff_children, children, intent.entry.organisation)
        return [AccessFlag.STAFF_CHILD] if beside else []

    async def refuse(
        self, code: str, caller: Caller | None, whence: str = "", issuer: str | None = None
    ) -> None:
        """A request that was refused: by its token where there is no caller, else for `code`.

        `issuer` is the token's, where it proved to be.

        Of a flood the first have an entry each; the rest are one entry a minute, with a count.
        """
        refused = RefusalKey.of(code, caller, whence, issuer)
        if not self.refusal_counter.tells(refused):
            return
        try:
            await self._append(refusal_of(refused, self.clock.now()))
        except TryLater:
            self.refusal_counter.count(refused)
            raise

    async def write_refusals(self) -> None:
        """An entry for each kind of refusal that was counted; what cannot be written stays."""
        counted = self.refusal_counter.taken()
        try:
            while counted:
                refused, times = counted.popitem()
                await self._append_count(refused, times)
        except TryLater:
            return
        finally:
            for each, so_often in counted.items():
                self.refusal_counter.count(each, so_often)

    async def keep_counting(self) -> None:
        """Write what the refusal counter counted every minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.write_refusals()

    async def searched(
        self,
        caller: Caller,
        detail: str,
        look: AuditedLook | None = None,
        *,
        agency: str | None = None,
        pseudonyms: Iterable[str] = (),
    ) -> None:
        """A look into the log itself: by what, for what, and about whom as pseudonyms say."""
        entry = replace(
            self._entry(AuditKind.AUDIT_SEARCH, caller),
            child_pseudonyms=tuple(Pseudonym(name) for name in sorted(pseudonyms)),
            agencies=(AuditedAgency(agency),) if agency else (),
            detail=detail,
            look=look,
        )
        await self._append(entry)

    async def looked(
        self, caller: Caller, known: Known, detail: str, query_id: str | None = None
    ) -> None:
        """A family's look at who looked; `detail` says what came of it, where not ACCESSES."""
        refused = detail != ACCESSES
        entry = replace(
            self._entry(AuditKind.REFUSAL if refused else AuditKind.AUDIT_SEARCH, caller),
            query_id=query_id,
            purpose=Purpose.SUBJECT_ACCESS,
            child_pseudonyms=await self.pseudonyms(known),
            detail=detail,
        )
        await self._append(entry)

    async def broke_glass(
        self,
        caller: Caller,
        query_id: str,
        justification: str,
        pseudonyms: Iterable[Pseudonym],
        told: Iterable[str],
    ) -> int:
        """Log a break-glass grant, and whose privacy officers are told; the entry's index."""
        protected = await protect_texts(self.keys, [], [justification], query_id=query_id)
        entry = replace(
            self._entry(AuditKind.BREAK_GLASS, caller),
            query_id=query_id,
            justification=protected.texts[0],
            child_pseudonyms=tuple(pseudonyms),
            manager=caller.manager,
            agencies=tuple(AuditedAgency(agency) for agency in told),
        )
        return await self._append(entry)

    async def linked(self, caller: Caller, pair: AccountPair, detail: str, reason: str) -> int:
        """A step of a link between two accounts, and why; the entry's index."""
        query_id = secrets.token_urlsafe(12)
        hidden = await protect_texts(self.keys, [], [reason], query_id=query_id)
        entry = replace(
            self._entry(AuditKind.ACCOUNT_LINK, caller),
            query_id=query_id,
            justification=hidden.texts[0],
            accounts=(pair.first, pair.second),
            detail=detail,
        )
        return await self._append(entry)

    async def reviewed(self, caller: Caller, query_id: str, verdict: str, note: str) -> int:
        """What a reviewer found, and why; the entry's index."""
        protected = await protect_texts(self.keys, [], [note], query_id=query_id)
        entry = replace(
            self._entry(AuditKind.REVIEW, caller),
            query_id=query_id,
            justification=protected.texts[0],
            detail=verdict,
        )
        return await self._append(entry)

    async def changed(self, coming: Coming, caller: Caller | None) -> int:
        """What is about to come into force, by whom; without a caller, by the operator's files."""
        query_id, reason = secrets.token_urlsafe(12), coming.reason
        protected = (
            await protect_texts(self.keys, [], [reason], query_id=query_id) if reason else None
        )
        now = self.clock.now()
        entry = self._entry(coming.kind, caller) if caller else Entry(kind=coming.kind, at=now)
        entry = replace(
            entry,
            query_id=query_id,
            justification=protected.texts[0] if protected else None,
            agencies=(AuditedAgency(coming.agency),) if coming.agency else (),
            policy_version=coming.policy_version,
            change=coming.change,
            detail=coming.detail,
        )
        return await self._append(entry)

    async def refuse_unwritable(self) -> None:
        """TryLater if the log cannot be reached now, or an entry could not be written just now."""
        await self.patient.refuse_unwritable()

    async def refuse_keyless(self) -> None:
        """TryLater if the keys cannot be used now."""
        await pseudonymise.protect_texts(self.keys, [], [], query_id="")

    def _append(self, entry: Entry, until: float | None = None) -> Awaitable[int]:
        return self.patient.append(entry, until)

    async def _append_count(self, refused: RefusalKey, times: int) -> None:
        try:
            await self._append(replace(refusal_of(refused, self.clock.now()), count=times))
        except TryLater:
            self.refusal_counter.count(refused, times)
            raise

    def _entry(self, kind: AuditKind, caller: Caller, **said: Any) -> Entry:
        return entry_of(kind, caller, self.clock.now(), **said)

    async def pseudonyms(self, known: Known) -> tuple[Pseudonym, ...]:
        """Every pseudonym of a child so known, under the current epoch."""
        return (await protect_texts(self.keys, hmac_inputs(known))).pseudonyms

    async def pseudonyms_everywhere(self, known: Known) -> tuple[Pseudonym, ...]:
        """The same under every live epoch, for a search in the log."""
        return await pseudonymise.found_under(self.keys, known)

    async def opened(self, sealed: Sealed, query_id: str) -> str | None:
        """A sealed text again; None once its epoch's key is gone and nobody can read it."""
        return await pseudonymise.opened(self.keys, sealed, query_id)
