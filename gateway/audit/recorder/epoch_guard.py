"""The epochs' keys held to the log: what began an epoch says by what its keys are known again."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.audit.entry.entry import AuditedChange, Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import KeysUnavailable, LeafUnreadable, LogCorrupt, LogUnavailable
from gateway.audit.keys.epoch_keys import KeyService, Protected, SealText
from gateway.audit.store.contract import Log
from gateway.audit.store.pace import Pace
from gateway.model import events
from gateway.model.clock import Clock

BEGUN: Final = "EPOCH_BEGUN"
DESTROYED: Final = "EPOCH_DESTROYED"
FOUND: Final = "EPOCH_FOUND"
_SUBJECT: Final = "epoch."
_CHECK: Final = b"teamaround key check 1"


async def key_checks(keys: KeyService) -> Mapping[str, str]:
    """What each live epoch's keys make of one message that is no child's, in hex.

    It tells nothing of the keys, and other keys make another one. KeysUnavailable as `find`.
    """
    return {epoch: made.hex() for epoch, (made,) in (await keys.find([_CHECK])).items()}


def epoch_change(epoch: str, check: str) -> AuditedChange:
    """What an entry about an epoch says of its keys."""
    return AuditedChange(f"{_SUBJECT}{epoch}", check)


@dataclass(slots=True)
class _Wrong:
    count: int = 0


@dataclass(frozen=True, slots=True)
class CheckedKeys:
    """A KeyService that nobody can use while its keys are not those that the log names."""

    keys: KeyService
    wrong: _Wrong = field(default_factory=_Wrong)

    async def protect(self, messages: Sequence[bytes], texts: Sequence[SealText] = ()) -> Protected:
        """As the keys do; KeysUnavailable while they are the wrong ones."""
        self._refuse_wrong()
        return await self.keys.protect(messages, texts)

    async def find(self, messages: Sequence[bytes]) -> Mapping[str, tuple[bytes, ...]]:
        """As the keys do; KeysUnavailable while they are the wrong ones."""
        self._refuse_wrong()
        return await self.keys.find(messages)

    async def open(self, epoch: str, sealed: bytes, bound_to: bytes) -> bytes:
        """As the keys do; KeysUnavailable while they are the wrong ones."""
        self._refuse_wrong()
        return await self.keys.open(epoch, sealed, bound_to)

    def _refuse_wrong(self) -> None:
        if self.wrong.count:
            raise KeysUnavailable("the keys are not those that the log names; restore them")


@dataclass(frozen=True, slots=True)
class EpochGuard:
    """Holds the keys of `checked` to the log every half minute."""

    log: Log
    checked: CheckedKeys
    clock: Clock

    async def keep_holding(self) -> None:
        """Hold them again and again, until cancelled."""
        pace, first = Pace(), True
        while True:
            try:
                with pace.round():
                    await self.hold(writes=not first)
                first = False
            except (KeysUnavailable, LogUnavailable, LogCorrupt, LeafUnreadable) as error:
                events.epochs_not_checked(error)
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)
            await asyncio.sleep(pace.left_s)

    async def hold(self, *, writes: bool = True) -> None:
        """Refuse every use of keys that are not those of the log, and tell it.

        An epoch of which the log says nothing yet is written down if it `writes`, once the log has
        any entry.
        """
        live, said = await key_checks(self.checked.keys), await self._said()
        wrong = [epoch for epoch, check in live.items() if said.get(epoch, check) != check]
        self.checked.wrong.count = len(wrong)
        if wrong:
            events.epoch_keys_differ(len(wrong))
        elif writes and await self.log.size():
            for epoch in live.keys() - said.keys():
                await self.log.append(self._found(epoch, live[epoch]))

    def _found(self, epoch: str, check: str) -> Entry:
        return Entry(
            kind=AuditKind.CONFIGURATION_CHANGE,
            at=self.clock.now(),
            detail=FOUND,
            change=epoch_change(epoch, check),
        )

    async def _said(self) -> Mapping[str, str]:
        """The check of each epoch that the log names: by its oldest entry, which stays."""
        said = dict[str, str]()
        async for change in self._changes():
            if change.subject.startswith(_SUBJECT):
                said[change.subject.removeprefix(_SUBJECT)] = change.sha256
        return said

    async def _changes(self) -> AsyncIterator[AuditedChange]:
        after: EntryPosition | None = None
        search = Search(kind=AuditKind.CONFIGURATION_CHANGE)
        while page := await self.log.search(search, after=after):
            for change in (each.entry.change for each in page):
                if change is not None:
                    yield change
            after = page[-1].place
