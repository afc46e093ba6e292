"""CPU per question of this checkout and of another one, in turns: `python -m bench.pair`.

Both gateways run all the time, and whatever else the machine does meets both alike. Each round
asks one, then the other, and the next round begins with the other. What counts is the ratio of
each round, not its milliseconds. Two processes of one checkout differ by some hundredths, as their
memory lies otherwise. So both are started several times, in turns, and a ratio is told of all
starts. Settings that this checkout alone has (`--setting metrics.port=0`,
`--collector`) say what figures and traces cost.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Final

from bench.processes.gateway_process import HERE, GatewayProcess, gateway_process, teamaround_of
from bench.processes.worker import Worker, working
from bench.town.files import Limits, write_town
from bench.town.question import FIRST_SCREEN, FIRST_SCREENS, NUMBERS, OUTCOMES, body_of
from gateway.config.settings_names import variable_of

DOCUMENTS: Final = {"first-screen": FIRST_SCREEN, "outcomes": OUTCOMES}
MOST_AT_ONCE: Final = 50  # children in one call


@dataclass(frozen=True, slots=True)
class Pair:
    """Two gateways that ask the same agencies, and the load that asks them."""

    gateways: tuple[GatewayProcess, GatewayProcess]
    load: Worker
    order: dict[str, Any]

    def rounds(self, count: int) -> Iterator[tuple[float, float]]:
        """Milliseconds of CPU per question of both, a round each; the first only warms up."""
        for number in range(count + 1):
            turns = (0, 1) if number % 2 else (1, 0)
            spent = {turn: self._spent_ms(self.gateways[turn]) for turn in turns}
            if number:
                yield spent[0], spent[1]

    def _spent_ms(self, gateway: GatewayProcess) -> float:
        before = gateway.cpu_s
        self.load.tell({**self.order, "url": gateway.url, "headers": gateway.headers})
        return 1000 * (gateway.cpu_s - before) / int(self.order["count"])


@contextmanager
def open_pair(asked: argparse.Namespace, *, swapped: bool = False) -> Iterator[Pair]:
    """All processes: agencies, both gateways, load; `swapped`: the other one is started first."""
    names = [f"agency-{number:02}" for number in range(1, asked.agencies + 1)]
    with ExitStack() as stack:
        street = stack.enter_context(working("bench.peers.stub"))
        urls = street.tell({"open": names, "workers": asked.involvements})
        at_once = Limits(at_once=MOST_AT_ONCE if asked.in_one_call else 1)
        limits = dict.fromkeys(names[1:], at_once)
        both = [(HERE, _variables(asked, stack)), (asked.against, {})]
        gateways = [
            stack.enter_context(
                gateway_process(
                    write_town(Path(stack.enter_context(TemporaryDirectory())), urls, limits),
                    teamaround_of(checkout),
                    variables,
                )
            )
            for checkout, variables in (both[::-1] if swapped else both)
        ]
        ours, theirs = gateways[::-1] if swapped else gateways
        order = {
            "body": _body(asked, names),
            "agencies": asked.agencies,
            "count": asked.questions,
            "in_flight": asked.in_flight,
        }
        load = stack.enter_context(working("bench.processes.load"))
        yield Pair((ours, theirs), load, order)


def _body(asked: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    if asked.children > 1:
        return body_of(FIRST_SCREENS, names, NUMBERS[: asked.children])
    return body_of(DOCUMENTS[asked.document], names)


def _variables(asked: argparse.Namespace, stack: ExitStack) -> dict[str, str]:
    """What this checkout alone is set to."""
    written = [one.partition("=") for one in asked.setting]
    if asked.collector:
        written.append(("collector.url", "=", stack.enter_context(_collector())))
    return {variable_of(tuple(key.split("."))): value for key, _, value in written}


@contextmanager
def _collector() -> Iterator[str]:
    """Takes whatever it is sent, in this process; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Taking) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as it is called above
        """Say nothing."""


def started_rounds(asked: argparse.Namespace) -> list[tuple[float, float]]:
    """The rounds of all starts; every other time the other checkout is started first."""
    found: list[tuple[float, float]] = []
    for start in range(asked.starts):
        count = asked.rounds * (start + 1) // asked.starts - asked.rounds * start // asked.starts
        with open_pair(asked, swapped=bool(start % 2)) as pair:
            found += pair.rounds(count)
    return found


def told(rounds: Sequence[tuple[float, float]]) -> str:
    """Medians of both, and of the ratio with its middle half and its extremes."""
    ratios = [ours / theirs for ours, theirs in rounds]
    low, middle, high = quantiles(ratios, n=4, method="inclusive")
    ours, theirs = (median(one) for one in zip(*rounds, strict=True))
    return (
        f"this checkout {ours:.2f} ms, the other {theirs:.2f} ms of CPU per question\n"
        f"ratio {middle:.3f}; half of {len(rounds)} rounds from {low:.3f} to {high:.3f}, "
        f"all from {min(ratios):.3f} to {max(ratios):.3f}; load average {os.getloadavg()[0]:.1f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and say which costs what."""
    parser = argparse.ArgumentParser(prog="python -m bench.pair", description=__doc__)
    parser.add_argument("--against", type=Path, default=HERE, help="another checkout")
    parser.add_argument("--rounds", type=int, default=12, help="rounds that count, two or more")
    parser.add_argument("--starts", type=int, default=4, help="how often both are started")
    parser.add_argument("--questions", type=int, default=100, help="asked of each in a round")
    parser.add_argument("--agencies", type=int, default=7)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument(
        "--setting", action="append", default=[], help="TABLE.KEY=VALUE, ours alone"
    )
    parser.add_argument("--collector", action="store_true", help="feed one, ours alone")
    parser.add_argument("--document", choices=DOCUMENTS, default="first-screen")
    parser.add_argument("--children", type=int, default=1, help="their first screens, in one go")
    parser.add_argument("--in-one-call", action="store_true", help="agencies take them so")
    parser.add_argument("--involvements", type=int, default=1, help="of each child's record")
    asked = parser.parse_args(arguments)
    print(told(started_rounds(asked)))


if __name__ == "__main__":
    main()
