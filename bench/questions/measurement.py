"""What is measured: the gateway and the bare fan-out in turn, round after round, medians kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.processes.gateway_process import GatewayProcess
from bench.processes.worker import Worker
from bench.town.question import body_of


@dataclass(frozen=True, slots=True)
class Case:
    """One question's shape: what it selects, of how many agencies, each answering how."""

    selects: str
    document: str
    agencies: int
    bytes: int
    delay_ms: int = 0
    count: int = 60
    in_flight: int = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over rounds, per question: CPU milliseconds and the client's wait, both sides."""

    gateway_cpu_ms: float
    bare_cpu_ms: float
    gateway_took_ms: float
    bare_took_ms: float
    answer_bytes: int

    @property
    def ratio(self) -> float:
        """The gateway's CPU against the bare fan-out's."""
        return self.gateway_cpu_ms / self.bare_cpu_ms


@dataclass(frozen=True, slots=True)
class Bench:
    """Every process of the bench, running; `urls` are the agencies' by id."""

    agencies: Worker
    bare: Worker
    load: Worker
    gateway: GatewayProcess
    urls: Mapping[str, str]

    def measured(self, cases: Iterable[Case], rounds: int) -> Iterator[tuple[Case, Figures]]:
        """Figures of every case; the first round of each warms up and does not count."""
        for case in cases:
            self.agencies.tell({"bytes": case.bytes, "delay_ms": case.delay_ms})
            found = [self._round(case) for _ in range(rounds + 1)][1:]
            yield case, _medians(found)

    def ask(self, case: Case, unanswered: int = 0) -> dict[str, Any]:
        """Ask the gateway as the case says; each question's time in seconds.

        So many of the last agencies, `unanswered`, give no answer.
        """
        asked: dict[str, Any] = self.load.tell(
            {
                "url": self.gateway.url,
                "headers": self.gateway.headers,
                "body": body_of(case.document, list(self.urls)[: case.agencies]),
                "agencies": case.agencies,
                "unanswered": unanswered,
                "count": case.count,
                "in_flight": case.in_flight,
            }
        )
        return asked

    def _round(self, case: Case) -> Figures:
        before = self.gateway.cpu_s
        asked = self.ask(case)
        spent = self.gateway.cpu_s - before
        urls = list(self.urls.values())[: case.agencies]
        bare = self.bare.tell({"urls": urls, "count": case.count, "in_flight": case.in_flight})
        return Figures(
            gateway_cpu_ms=1000 * spent / case.count,
            bare_cpu_ms=1000 * bare["cpu_s"] / case.count,
            gateway_took_ms=1000 * median(asked["took_s"]),
            bare_took_ms=1000 * median(bare["took_s"]),
            answer_bytes=asked["length"],
        )


def _medians(found: list[Figures]) -> Figures:
    return Figures(
        gateway_cpu_ms=median(one.gateway_cpu_ms for one in found),
        bare_cpu_ms=median(one.bare_cpu_ms for one in found),
        gateway_took_ms=median(one.gateway_took_ms for one in found),
        bare_took_ms=median(one.bare_took_ms for one in found),
        answer_bytes=found[0].answer_bytes,
    )
