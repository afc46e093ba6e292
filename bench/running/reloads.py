"""Whether a gateway grows while its manifests are read again for ever: `make bench-reloads`.

Linux only: the figures come from /proc.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
from rich.console import Console
from rich.table import Table

from adapters.contract.codes import Purpose, Sector
from bench.processes.gateway_process import GatewayProcess, gateway_process
from bench.processes.worker import Worker, working
from bench.town.files import AREA, write_town
from bench.town.question import OUTCOMES, body_of
from gateway.config.settings import read_settings
from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.identity.development_token import issue
from gateway.model.caller import Caller

_PATIENCE: Final = aiohttp.ClientTimeout(total=300)
_DUTY: Final = "01632 960"
_LIFETIME_S: Final = 12 * 3600
_OPERATOR: Final = Caller(
    issuer=DEFAULT_ISSUER,
    user="o.perator",
    organisation="northbrook",
    sector=Sector.SOCIAL_CARE,
    roles=frozenset({"operator"}),
    purposes=frozenset({Purpose.SAFEGUARDING}),
    areas=(AREA,),
)


@dataclass(frozen=True, slots=True)
class Town:
    """A running gateway over `sources`, its manifests in `folder`; `operator` may reload it."""

    folder: Path
    sources: tuple[str, ...]
    gateway: GatewayProcess
    load: Worker
    operator: Mapping[str, str]

    def reload(self, number: int) -> None:
        """Change every manifest, have them read again, and ask every source one question."""
        for file in sorted(self.folder.glob("*.toml")):
            text = file.read_text("utf-8")
            begin = text.index(_DUTY) + len(_DUTY)
            changed = f"{text[:begin]}{number % 1000:03}{text[begin + 3 :]}"
            file.write_text(changed, "utf-8")
        self._read_anew(number)
        self.load.tell(
            {
                "url": self.gateway.url,
                "headers": self.gateway.headers,
                "body": body_of(OUTCOMES, self.sources),
                "agencies": len(self.sources),
                "unanswered": 0,
                "count": 1,
                "in_flight": 1,
            }
        )

    def _read_anew(self, number: int) -> None:
        said = asyncio.run(_said(self.gateway.url, self.operator, "mutation { reload }"))
        generation = (said.get("data") or {}).get("reload")
        if generation != number + 1:
            raise RuntimeError(f"reload {number} did not come into force: {said}")


@dataclass(frozen=True, slots=True)
class Size:
    """What the gateway held after `reloads`: resident MiB, and open files and connections."""

    reloads: int
    memory_mib: float
    open_files: int


@contextmanager
def town_of(folder: Path, count: int) -> Iterator[Town]:
    """All processes, with so many sources."""
    sources = tuple(f"agency-{number:03}" for number in range(1, count + 1))
    with ExitStack() as stack:
        agencies = stack.enter_context(working("bench.town.agencies"))
        urls = agencies.tell({"agencies": sources, "bytes": 0, "delay_ms": 0})
        file = write_town(folder, urls)
        gateway = stack.enter_context(gateway_process(file))
        load = stack.enter_context(working("bench.processes.load"))
        token = issue(_OPERATOR, read_settings(file), now=time.time(), lifetime_s=_LIFETIME_S)
        operator = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        yield Town(folder / "manifests", sources, gateway, load, operator)


def grown(town: Town, reloads: int) -> Iterator[Size]:
    """The gateway's size at a tenth, at half and at the end of so many reloads."""
    told = {max(1, reloads // 10), max(1, reloads // 2), reloads}
    for number in range(1, reloads + 1):
        town.reload(number)
        if number in told:
            yield Size(number, town.gateway.memory_mib, town.gateway.open_files)


async def _said(url: str, headers: Mapping[str, str], query: str) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession(headers=headers, timeout=_PATIENCE) as session,
        session.post(url, json={"query": query}) as answer,
    ):
        said: dict[str, Any] = await answer.json()
        return said


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.running.reloads", description=__doc__)
    parser.add_argument("--sources", type=int, default=100, help="manifests, all changed each time")
    parser.add_argument("--reloads", type=int, default=100, help="how often they are read again")
    options = parser.parse_args()
    title = f"{options.sources} manifests, each changed and read again, then asked"
    table = Table(title=title)
    for heading in ("reloads", "manifests", "memory", "open files and connections"):
        table.add_column(heading, justify="right")
    with TemporaryDirectory() as folder, town_of(Path(folder), options.sources) as town:
        sizes = list(grown(town, options.reloads))
    for size in sizes:
        manifests = f"{size.reloads * options.sources:,}"
        table.add_row(
            str(size.reloads), manifests, f"{size.memory_mib:.0f} MiB", str(size.open_files)
        )
    ratio = sizes[-1].memory_mib / sizes[0].memory_mib
    table.caption = f"memory at the end is {ratio:.2f} of that at a tenth"
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
