"""Every certificate in use, read again at a reload, and told before it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from gateway.config.certificates.kept import CertificateUnusable, Validity
from gateway.model import events

Take = Callable[[], None]
OwnOfSources = Callable[[], Mapping[str, Validity]]
NoteRenewal = Callable[[tuple[str, ...]], Awaitable[None]]
_DAILY_S: Final = 24 * 3600.0


class Renewable(Protocol):
    """A setting's files in use: `look` reads them, and gives what brings them into use."""

    name: str

    def look(self) -> Take | None:
        """None if they are as they were; CertificateUnusable if they cannot be used."""
        ...

    def valid(self) -> Validity | None:
        """When our own certificate in it is good; None if it holds none."""
        ...


@dataclass(frozen=True, slots=True)
class RenewedCertificates:
    """The settings whose files were read anew: `new` are in use now, `kept` cannot be used.

    `ending` are those whose own certificate has ended or soon does.
    """

    new: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()


@dataclass(slots=True)
class Certificates:
    """What a process has in use. Whoever opens something adds it; `renew` reads all of it again.

    `sources` are the certificates that agencies are shown, which are renewed with their secrets.
    """

    now: Callable[[], datetime]
    sources: OwnOfSources = dict
    _parts: list[Renewable] = field(default_factory=list, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def add(self, part: Renewable | None) -> None:
        """Keep this one too."""
        if part is not None:
            self._parts.append(part)

    async def renew(self) -> RenewedCertificates:
        """Take whatever is new and can be used; what cannot stays as it was, and is told."""
        async with self._turn:
            looked = await asyncio.gather(*(asyncio.to_thread(_look, each) for each in self._parts))
            taken = {name: take for name, take in looked if not isinstance(take, str) and take}
            kept = tuple(name for name, take in looked if isinstance(take, str))
            for name, cause in looked:
                if isinstance(cause, str):
                    events.certificate_not_renewed(name, cause)
            for name, take in taken.items():
                take()
                events.certificate_renewed(name)
        self.tell()
        return RenewedCertificates(tuple(taken), kept, tuple(self.ending()))

    def ending(self) -> dict[str, int]:
        """In how many whole days our own certificates end, of those that soon do; below 0: did."""
        now = self.now()
        return {name: own.days_left(now) for name, own in self._own() if own.ends_soon(now)}

    def tell(self) -> None:
        """Tell which of our own certificates end soon, or have."""
        for name, days in self.ending().items():
            events.certificate_ends(name, days)

    @asynccontextmanager
    async def told_daily(self, sleep: Callable[[float], Awaitable[None]]) -> AsyncIterator[None]:
        """Tell it now and every day meanwhile."""
        warning = asyncio.create_task(self._keep_warning(sleep))
        try:
            yield
        finally:
            warning.cancel()

    async def _keep_warning(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        while True:
            self.tell()
            await sleep(_DAILY_S)

    def own(self) -> dict[str, Validity]:
        """When each of our own certificates is good, by its setting or its source."""
        return dict(self._own())

    def _own(self) -> Iterator[tuple[str, Validity]]:
        for part in self._parts:
            if (valid := part.valid()) is not None:
                yield part.name, valid
        yield from self.sources().items()


def _look(part: Renewable) -> tuple[str, Take | str | None]:
    """What came of it, by its name: a code where it cannot be used."""
    try:
        return part.name, part.look()
    except CertificateUnusable as error:
        return part.name, error.cause


@dataclass(slots=True)
class Renewal:
    """Certificates renewed at a gateway; `note` logs which, once they are in use.

    They may be what the log needs to be reached, so they do not wait for it. They are `unshared`
    until a generation has begun, with which the other workers of the machine read theirs.
    """

    certificates: Certificates
    note: NoteRenewal
    unshared: bool = False

    async def renew(self) -> RenewedCertificates:
        """As `Certificates.renew`; TryLater if what was renewed cannot be logged."""
        done = await self.certificates.renew()
        if done.new:
            self.unshared = True
            await self.note(done.new)
        return done
