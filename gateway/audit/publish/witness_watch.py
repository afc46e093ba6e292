"""The gateway keeps asking its witnesses, and stops serving when they have long been silent."""

from dataclasses import dataclass, field
from typing import Self, assert_never

from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.witnesses import Ahead, Denied, Witnessing
from gateway.config.settings_tables import WitnessSettings
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.errors import TryLater


@dataclass(frozen=True, slots=True)
class Patience:
    """How many witnesses must have signed lately; all in seconds. A quorum of 0 needs none."""

    quorum: int
    every: float
    alarm_after: float
    stop_after: float

    @classmethod
    def of(cls, witnesses: WitnessSettings) -> Self:
        """As the settings say."""
        return cls(
            quorum=witnesses.quorum,
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
        """Ask once; what is wrong is told as events."""
        try:
            for said in await self.witnessing.ask_all():
                _tell(said)
            self.signed = await self.witnessing.signed_since(self.patience.quorum)
        except LogUnavailable as error:
            events.log_unavailable(error)
        except LogCorrupt:
            events.log_corrupt()
            self.signed = None
        if self.patience.quorum and self._silence() > self.patience.alarm_after:
            events.witnesses_silent(self.patience.quorum)

    def refuse_unwitnessed(self) -> None:
        """TryLater if a quorum has not signed for too long: then nobody is asked or told."""
        if self.patience.quorum and self._silence() > self.patience.stop_after:
            raise TryLater(
                "LOG_UNWITNESSED",
                "the log's witnesses have not signed for too long, so nothing is asked or told",
            )

    def _silence(self) -> float:
        if self.signed is None:
            return float("inf")
        return self.clock.now().timestamp() - self.signed


def _tell(said: Denied | Ahead) -> None:
    match said:
        case Denied(witness, status):
            events.witness_denied(witness, status)
        case Ahead(witness):
            events.witness_ahead(witness)
        case _:
            assert_never(said)
