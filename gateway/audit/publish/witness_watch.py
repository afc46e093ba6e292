"""The gateway keeps asking its witnesses, and stops serving when it must not go on without them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self, assert_never

from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.quorum import Quorum
from gateway.audit.publish.witnesses import (
    Ahead,
    Countersigned,
    Denied,
    HistoryConflict,
    Said,
    Witnessing,
)
from gateway.config.settings_tables import WitnessSettings
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.errors import TryLater


@dataclass(frozen=True, slots=True)
class Patience:
    """Which witnesses must have signed lately; all in seconds. Without a quorum none need to."""

    quorum: Quorum
    every: float
    alarm_after: float
    stop_after: float

    @classmethod
    def of(cls, witnesses: WitnessSettings, quorum: Quorum) -> Self:
        """As the settings say."""
        return cls(
            quorum=quorum,
            every=witnesses.every,
            alarm_after=witnesses.alarm_after,
            stop_after=witnesses.stop_after,
        )


@dataclass(slots=True)
class WitnessWatch:
    """Knows since when a quorum has signed; `run` it as long as the gateway serves."""

    witnessing: Witnessing
    patience: Patience
    clock: Clock
    signed: int | None = field(default=None, init=False)

    @property
    def publication(self) -> Publication:
        """The log that is witnessed."""
        return self.witnessing.publication

    async def run(self) -> None:
        """Ask every witness again and again, until cancelled."""
        while True:
            try:
                await self.ask()
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)
            await self.clock.sleep(self.patience.every)

    async def ask(self) -> None:
        """Ask once; what is wrong is told as events, and what denies the log stops the gateway."""
        try:
            said = await self.witnessing.ask_all()
            for each in said:
                _tell(each)
            self._heed(said)
            self.signed = await self.witnessing.signed_since(self.patience.quorum)
        except LogUnavailable as error:
            events.log_unavailable(error)
        except LogCorrupt:
            self.signed = None
        if self.patience.quorum.needed and self._silence() > self.patience.alarm_after:
            events.witnesses_silent(self.patience.quorum.needed)

    def refuse_unwitnessed(self) -> None:
        """TryLater if a quorum has not signed for too long: then nobody is asked or told."""
        if self.patience.quorum.needed and self._silence() > self.patience.stop_after:
            raise TryLater(
                "LOG_UNWITNESSED",
                "the log's witnesses have not signed for too long, so nothing is asked or told",
            )

    def _heed(self, said: Iterable[Said]) -> None:
        """Halt, if a witness shows another history, or one denies this one and too few signed it.

        A witness that lies, and shows nothing that the log's key signed, stops nobody else.
        """
        said = list(said)
        names = {each.witness for each in said if isinstance(each, Countersigned)}
        denied = any(isinstance(each, Denied) and each.of_history for each in said)
        quorum = self.patience.quorum
        outvoted = quorum.needed and names and quorum.met(names)
        if any(isinstance(each, HistoryConflict) for each in said) or (denied and not outvoted):
            self.publication.halt(
                TryLater(
                    "LOG_DISPUTED",
                    "a witness does not accept the log's history, so nothing is asked, told or"
                    " read; tell the operator",
                )
            )

    def _silence(self) -> float:
        if self.signed is None:
            return float("inf")
        return self.clock.now().timestamp() - self.signed


def _tell(said: Said) -> None:
    match said:
        case Countersigned():
            pass
        case Denied(witness, status):
            events.witness_denied(witness, status)
        case HistoryConflict(witness, size, theirs):
            events.witness_conflict(witness, size, theirs)
        case Ahead(witness):
            events.witness_ahead(witness)
        case _:
            assert_never(said)
