"""The picture of docs/operate/metrics.md, made anew: `make board`.

A real Prometheus reads a real gateway while practitioners ask it. It answers each query of the
board, and a page of our own draws what it said, as no Grafana can be had as a package.
"""

import asyncio
import html
import json
import math
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
from aiohttp import web

from demo.processes.ports import free_port
from tests.support.collector import collecting
from tests.support.console.browser import chromium, new_window
from tests.support.docs.pages import ROOT
from tests.support.markers import BAD, GOOD, agencies, send
from tests.support.patience import patiently
from tests.support.scraping import figures_url
from tests.support.served_gateway import Served, served

FILE: Final = ROOT / "docs/operate/board.png"
_BOARD: Final = ROOT / "deploy/monitoring/board.json"
_LENGTH_S: Final = 180
_STEP_S: Final = 2
_ASKERS: Final = 4
_PAUSE_S: Final = 0.5  # of each asker, between one question and the next
_FAILS_EVERY: Final = 6  # calls to the agencies that mostly answer
# A gateway of three minutes has no hours to look back over.
_SHORTER: Final = {"[5m]": "[1m]", "[30m]": "[2m]"}
_PER_MINUTE: Final = 90  # fewer requests than come, so that some are refused
_COLOURS: Final = (
    *("#1d70b8", "#d4351c", "#00703c", "#f47738", "#4c2c92"),
    *("#28a197", "#801650", "#b58840", "#505a5f", "#0b0c0c"),
)
_WIDTH, _HEIGHT = 250, 90  # of one graph, in pixels
_STYLE: Final = """
body { font: 12px sans-serif; margin: 0; padding: 16px; width: 960px; color: #0b0c0c }
h1 { font-size: 18px; margin: 0 } p { margin: 4px 0 12px; color: #505a5f }
main { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px }
section { border: 1px solid #b1b4b6; padding: 8px; min-width: 0 }
h2 { font-size: 13px; margin: 0 0 6px } svg { display: block; overflow: visible }
text { font: 10px sans-serif; fill: #505a5f }
ul { list-style: none; margin: 6px 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 10px }
i { display: inline-block; width: 9px; height: 9px; margin-right: 4px }
div.none { height: 90px; display: grid; place-items: center; color: #505a5f }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel: what its legend says, and (seconds from the start, value) pairs."""

    name: str
    points: tuple[tuple[float, float], ...]


def main() -> None:
    """Ask for three minutes, read the board's queries, and draw them."""
    if shutil.which("prometheus") is None:
        sys.exit("This needs Debian's prometheus: apt-get install prometheus")
    panels: list[dict[str, Any]] = json.loads(_BOARD.read_text("utf-8"))["panels"]
    lines = asyncio.run(_watched(panels))
    size = {"width": 992, "height": 600}
    with chromium() as browser, new_window(browser, viewport=size) as window:
        page = window.new_page()
        page.set_content(drawn(panels, lines))
        page.locator("body").screenshot(path=FILE)


async def _watched(panels: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Line]]:
    with TemporaryDirectory() as folder:
        async with agencies(_sometimes()) as sources, collecting() as collector:
            told: dict[str, Any] = {
                "metrics__port": 0,
                "collector__url": collector.url,
                "limits__requests_per_minute": _PER_MINUTE,
            }
            async with (
                served(Path(folder), sources, **told) as gateway,
                _prometheus(Path(folder), figures_url(gateway)) as url,
            ):
                await asyncio.gather(*(_ask(gateway) for _ in range(_ASKERS)))
                read = [await _lines(gateway.session, url, panel) for panel in panels]
                await gateway.stop()
    return read


def _sometimes() -> Callable[[web.Request], Awaitable[None]]:
    calls = count(1)

    async def failing(_: web.Request) -> None:
        if next(calls) % _FAILS_EVERY == 0:
            raise web.HTTPServiceUnavailable

    return failing


@asynccontextmanager
async def _prometheus(folder: Path, figures: str) -> AsyncIterator[str]:
    where = f"127.0.0.1:{free_port()}"
    target = figures.removeprefix("http://")
    file = folder / "prometheus.yml"
    of_one = {"targets": [target], "labels": {"instance": "gateway-1"}}
    settings = {
        "global": {"scrape_interval": f"{_STEP_S}s", "scrape_timeout": f"{_STEP_S}s"},
        "scrape_configs": [{"job_name": "teamaround", "static_configs": [of_one]}],
    }
    file.write_text(json.dumps(settings))  # JSON is YAML
    kept, listening = folder / "prometheus", f"--web.listen-address={where}"
    command = ("prometheus", f"--config.file={file}", f"--storage.tsdb.path={kept}", listening)
    none = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=none, stderr=none)
    try:
        yield f"http://{where}"
    finally:
        process.terminate()
        await patiently(process.wait())


async def _ask(gateway: Served) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + _LENGTH_S
    for body in cycle([*GOOD, *GOOD, BAD[0], BAD[1]]):
        await send(gateway, body)
        await asyncio.sleep(_PAUSE_S)
        if loop.time() > ends:
            return


async def _lines(
    session: aiohttp.ClientSession, url: str, panel: Mapping[str, Any]
) -> Sequence[Line]:
    found = list[Line]()
    for target in panel["targets"]:
        for series in await _series(session, url, target["expr"]):
            found.append(Line(_named(target["legendFormat"], series["metric"]), _points(series)))
    return found


async def _series(
    session: aiohttp.ClientSession, url: str, query: str
) -> Sequence[Mapping[str, Any]]:
    for long, short in _SHORTER.items():
        query = query.replace(long, short)
    now = await _now(session, url)
    asked: dict[str, str | float] = {
        "query": query,
        "start": now - _LENGTH_S,
        "end": now,
        "step": _STEP_S,
    }
    async with session.get(f"{url}/api/v1/query_range", params=asked) as came:
        read = await came.json()
    found: Sequence[Mapping[str, Any]] = read["data"]["result"]
    return [{**each, "start": now - _LENGTH_S} for each in found]


async def _now(session: aiohttp.ClientSession, url: str) -> float:
    """Prometheus' own clock."""
    async with session.get(f"{url}/api/v1/query", params={"query": "time()"}) as came:
        read = await came.json()
    return float(read["data"]["result"][0])


def _named(legend: str, labels: Mapping[str, str]) -> str:
    for name, value in labels.items():
        legend = legend.replace(f"{{{{{name}}}}}", value)
    return legend


def _points(series: Mapping[str, Any]) -> tuple[tuple[float, float], ...]:
    pairs = ((at - series["start"], float(value)) for at, value in series["values"])
    return tuple((at, value) for at, value in pairs if not math.isnan(value))


def drawn(panels: Sequence[Mapping[str, Any]], lines: Sequence[Sequence[Line]]) -> str:
    """A page with a graph for each panel, over its lines."""
    graphs = "".join(_panel(*each) for each in zip(panels, lines, strict=True))
    said = (
        f"{_LENGTH_S // 60} minutes of a real gateway over seven sources. Five always fail,"
        f" and two at each {_FAILS_EVERY}th call."
        f" A real Prometheus read it every {_STEP_S} seconds and answered the board's queries,"
        " over windows of 1 and 2 minutes in place of 5 and 30. Drawn without Grafana."
    )
    head = f"<style>{_STYLE}</style><body><h1>Team Around</h1><p>{said}</p>"
    return f"{head}<main>{graphs}</main></body>"


def _panel(panel: Mapping[str, Any], lines: Sequence[Line]) -> str:
    shown = [line for line in lines if line.points]
    unit = panel["fieldConfig"]["defaults"]["unit"]
    graph = _graph(shown, unit) if shown else '<div class="none">Nothing to show</div>'
    return f"<section><h2>{html.escape(panel['title'])}</h2>{graph}</section>"


def _graph(lines: Sequence[Line], unit: str) -> str:
    top = max(value for line in lines for _, value in line.points) or 1.0
    coloured = list(zip(lines, cycle(_COLOURS), strict=False))
    paths = "".join(_path(line, colour, top) for line, colour in coloured)
    names = "".join(_legend(line, colour) for line, colour in coloured)
    return (
        f'<svg width="290" height="{_HEIGHT + 16}"><g transform="translate(38 4)">'
        f'<path d="M0 0V{_HEIGHT}H{_WIDTH}" fill="none" stroke="#b1b4b6"/>'
        f'<text x="-4" y="6" text-anchor="end">{written(top, unit)}</text>'
        f'<text x="-4" y="{_HEIGHT}" text-anchor="end">0</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 11}" text-anchor="end">{_LENGTH_S} s</text>'
        f"{paths}</g></svg><ul>{names}</ul>"
    )


def _path(line: Line, colour: str, top: float) -> str:
    places = " ".join(
        f"{_WIDTH * at / _LENGTH_S:.1f},{_HEIGHT * (1 - value / top):.1f}"
        for at, value in line.points
    )
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _legend(line: Line, colour: str) -> str:
    return f'<li><i style="background:{colour}"></i>{html.escape(line.name)}</li>'


_UNITS: Final[Mapping[str, tuple[float, str]]] = {
    "percentunit": (100, "%"),
    "s": (1, " s"),
    "reqps": (1, "/s"),
    "ops": (1, "/s"),
    "short": (1, ""),
}


def written(value: float, unit: str) -> str:
    """A value of a panel, with two digits that count."""
    if unit == "s" and value < 1:
        return f"{float(f'{1000 * value:.2g}'):g} ms"
    times, name = _UNITS[unit]
    return f"{float(f'{times * value:.2g}'):g}{name}"


if __name__ == "__main__":
    main()
