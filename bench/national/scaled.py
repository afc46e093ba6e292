"""The waves through a real gateway at a scaled rate, beside a simulation of the very same."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean
from threading import Timer
from typing import Any, Final

from bench.capacity.figures import Figures
from bench.capacity.rig import Rig
from bench.national.country import Country, name
from bench.national.parts import Parts
from bench.national.simulation import Outcome, Simulation
from bench.national.waves import OUTAGE, WAVES, Arrival, Wave
from bench.processes.gateway_process import GatewayProcess
from bench.processes.worker import Worker, working
from bench.town.files import Limits
from bench.town.question import FIRST_SCREEN, body_of

SMALL: Final = Country(councils=4, agencies=24, regions=2, national=4, asked=7)
PEAK: Final = 6.0
SECONDS: Final = 25.0
AGENCY_MS: Final = 100
TIMEOUT_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Compared:
    """A wave, as it went and as it was simulated; CPU in milliseconds a question."""

    wave: str
    questions: int
    real_ms: tuple[float, float]
    simulated_ms: tuple[float, float]
    real_cpu: float
    simulated_cpu: float
    real_unanswered: int
    simulated_unanswered: int
    slow: float

    @property
    def error(self) -> float:
        """How far the simulated median is off, as a share of the real one."""
        return self.simulated_ms[0] / self.real_ms[0] - 1

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self) | {"error": self.error}


def compared(rig: Rig, figures: Figures) -> Iterator[Compared]:
    """Each wave through one real gateway; then the simulation, slowed as the gateway was."""
    names = [name(number) for number in range(SMALL.agencies)]
    urls = rig.street.tell({"agencies": names, "bytes": 0, "delay_ms": AGENCY_MS})
    settings = rig.settings(urls, {each: Limits(timeout=f"{TIMEOUT_MS}ms") for each in urls})
    with rig.gateway(settings) as gateway, working("bench.national.load") as load:
        warm = list(WAVES[0].arrivals(SMALL, PEAK, SECONDS / 3, seed=1))
        _asked(gateway, load, warm)
        for wave in WAVES:
            yield _compared(rig, gateway, load, wave, figures)


def _compared(
    rig: Rig, gateway: GatewayProcess, load: Worker, wave: Wave, figures: Figures
) -> Compared:
    arrivals = list(wave.arrivals(SMALL, PEAK, SECONDS))
    before, waited = gateway.cpu_s, _waited_s(gateway.pid)
    with _silent(rig, sorted(wave.silent(SMALL))):
        told = _asked(gateway, load, arrivals)
    cpu, wait = gateway.cpu_s - before, _waited_s(gateway.pid) - waited
    slow = (cpu + wait) / cpu
    parts = replace(
        Parts.of(figures, processes=1),
        agency_ms=AGENCY_MS,
        timeout_ms=TIMEOUT_MS,
        slow=slow,
    )
    simulated = Simulation(parts, SMALL, wave, SECONDS, constant=True).run(arrivals)
    asked = mean(len(each.agencies) for each in arrivals)
    outcomes = sum((Counter(each["outcomes"]) for each in told), Counter[str]())
    return Compared(
        wave=wave.called,
        questions=len(arrivals),
        real_ms=_quantiles([each["took"] for each in told]),
        simulated_ms=_of(simulated),
        real_cpu=1000 * cpu / len(arrivals),
        simulated_cpu=figures.first_screen.at(asked) + figures.idle_ms * SECONDS / len(arrivals),
        real_unanswered=outcomes.total() - outcomes["HAS_RECORD"],
        simulated_unanswered=simulated.unanswered,
        slow=slow,
    )


def _asked(gateway: GatewayProcess, load: Worker, arrivals: list[Arrival]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = load.tell(
        {
            "url": gateway.url,
            "headers": gateway.headers,
            "body": body_of(FIRST_SCREEN, []),
            "arrivals": [(each.at, each.agencies) for each in arrivals],
        }
    )
    refused = Counter(each["status"] for each in told if each["status"] != 200)
    if refused:
        raise RuntimeError(f"the gateway refused questions of the bench: {dict(refused)}")
    return told


@contextmanager
def _silent(rig: Rig, agencies: list[str]) -> Iterator[None]:
    """These fall silent once the wave's outage begins, and answer again after it."""
    order = {"bytes": 0, "delay_ms": AGENCY_MS}
    timer = Timer(OUTAGE * SECONDS, rig.street.tell, [{**order, "silent": agencies}])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        rig.street.tell(order)


def _waited_s(pid: int) -> float:
    """Seconds that its threads could have run and had no core, as the kernel counts."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[1]) for file in threads) / 1e9


def _quantiles(took_s: list[float]) -> tuple[float, float]:
    ordered = sorted(took_s)
    return 1000 * ordered[len(ordered) // 2], 1000 * ordered[int(0.95 * len(ordered))]


def _of(simulated: Outcome) -> tuple[float, float]:
    return 1000 * simulated.at(0.5), 1000 * simulated.at(0.95)
