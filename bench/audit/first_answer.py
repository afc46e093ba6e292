"""How soon a gateway answers over a long log: `python -m bench.audit.first_answer FOLDER`.

FOLDER keeps the log. What is not there is made first, which takes half an hour or more for ten
million entries. Then gateways are started in turns, over that log and over an empty one, in SQLite
and in PostgreSQL. Each is asked a first screen of seven agencies, and stopped. The time is from
the start of its process until all of the answer was read. Linux only: CPU is read from /proc.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.audit.long_log import LONG, LongLog
from bench.audit.postgres import ROLE, fresh_place
from bench.processes.gateway_process import gateway_process
from bench.processes.worker import Worker, working
from bench.town.files import write_town
from bench.town.question import FIRST_SCREEN, body_of
from demo.processes.postgres import Postgres
from gateway.config.state_folder import LEDGER_FILE

_AGENCIES: Final = [f"agency-{number:02}" for number in range(1, 8)]
_NO_LEDGER: Final = (
    "SET session_replication_role = replica; DELETE FROM enactment; DELETE FROM source_version;"
    " DELETE FROM lease; RESET session_replication_role"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A log, and the state folder of the gateway that writes it; `schema` is in PostgreSQL."""

    name: str
    state: Path
    schema: str = ""


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """Starts gateways with these settings over a place, and asks each a question by `load`."""

    settings: Path
    server: Postgres
    load: Worker

    def seconds(self, place: Place) -> tuple[float, float]:
        """By the clock, and of CPU, until the first answer was read."""
        said = {
            "TEAMAROUND_FILES__STATE": str(place.state),
            "TEAMAROUND_TOKENS__KEYS": str(place.state / "token-keys.json"),
        }
        # The agencies have other addresses each time, and no other gateway serves them.
        for file in place.state.glob(f"{LEDGER_FILE}*"):
            file.unlink()
        if place.schema:
            where = f"postgres?search_path={place.schema}"
            self.server.run(f"SET search_path = {place.schema}; {_NO_LEDGER}")
            said["TEAMAROUND_LOG__DSN"] = self.server.dsn(where, ROLE)
        with gateway_process(self.settings, variables=said) as gateway:
            body = body_of(FIRST_SCREEN, _AGENCIES)
            asked = {"url": gateway.url, "headers": gateway.headers, "body": body}
            self.load.tell({**asked, "agencies": len(_AGENCIES), "count": 1, "in_flight": 1})
            return time.perf_counter() - gateway.began, gateway.cpu_s


@contextmanager
def first_answers(log: LongLog, folder: Path) -> Iterator[FirstAnswers]:
    """Everything but a gateway, running; `folder` is for what is not kept."""
    with ExitStack() as stack:
        server = stack.enter_context(Postgres(log.server, durable=True))
        street = stack.enter_context(working("bench.town.agencies"))
        urls = street.tell({"agencies": _AGENCIES, "bytes": 0, "delay_ms": 0})
        load = stack.enter_context(working("bench.processes.load"))
        yield FirstAnswers(write_town(folder, urls), server, load)


def main() -> None:
    """Print a line a place: how many entries, and the seconds until the first answer."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit.first_answer")
    parser.add_argument("folder", type=Path, help="keeps the log: 20 GB at ten million entries")
    parser.add_argument("--entries", type=int, default=10_000_000, help="of a log that is made now")
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    log = LongLog(chosen.folder.resolve())
    log.make(chosen.entries, print)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start")
    with tempfile.TemporaryDirectory() as made, first_answers(log, Path(made)) as answers:
        number = time.time_ns()  # those of other runs are there
        asyncio.run(fresh_place(answers.server, number))
        fresh = f"log_{number}"
        places = (
            Place("SQLite, empty", Path(made) / "state"),
            Place("SQLite, long", log.state),
            Place("PostgreSQL, empty", Path(made) / "state-beside", fresh),
            Place("PostgreSQL, long", log.postgres_state, LONG),
        )
        took = [[answers.seconds(place) for place in places] for _ in range(chosen.rounds)]
        answers.server.run(f"DROP SCHEMA {fresh} CASCADE")
    for place, all_took in zip(places, zip(*took, strict=True), strict=True):
        wall, cpu = ([each[kind] for each in all_took] for kind in (0, 1))
        told = f"{min(wall):5.2f} to {max(wall):5.2f} s, median {median(wall):5.2f} s"
        print(f"{place.name:<18} {told}, CPU {median(cpu):5.2f} s")


if __name__ == "__main__":
    main()
