"""The picture of docs/operate/traces.md, made anew: `make trace`.

A real gateway feeds a real receiver of OTLP. No Jaeger can be had as a package, so a page of our
own draws the spans that came, each where it stands in time.
"""

import asyncio
import html
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aiohttp import web

from tests.support.agencies import AUTHORITY, BY_UPN, AgencyServer, SourceFile, rest_source
from tests.support.collector import Collector, attributes, collecting
from tests.support.console.browser import chromium, new_window
from tests.support.docs.pages import ROOT
from tests.support.loopback import serving
from tests.support.markers import CHILD, GOOD, refusing, send
from tests.support.patience import patiently
from tests.support.served_gateway import served

FILE: Final = ROOT / "docs/operate/trace.png"
_WAITS_S: Final = {"spine": 0.04, "school": 0.12, "council": 0.07, "hospital": 0.31}
_QUESTIONS: Final = 8
_STYLE: Final = """
body { font: 14px sans-serif; margin: 0; padding: 16px; width: 860px; color: #0b0c0c }
h1 { font-size: 17px } p { color: #505a5f }
div.row { display: flex; height: 24px; align-items: center; border-top: 1px solid #f3f2f1 }
div.name { width: 220px; white-space: pre } div.line { position: relative; flex: 1; height: 14px }
div.bar { position: absolute; height: 14px; min-width: 2px; background: #1d70b8 }
div.bar.call { background: #85994b } div.bar.failed { background: #d4351c }
div.took { width: 90px; text-align: right; font-variant-numeric: tabular-nums }
"""


def main() -> None:
    """Ask, wait for the traces, and draw the one with most spans."""
    spans = asyncio.run(_longest_trace())
    with chromium() as browser, new_window(browser, viewport={"width": 900, "height": 480}) as it:
        page = it.new_page()
        page.set_content(drawn(spans))
        page.locator("body").screenshot(path=FILE)


async def _longest_trace() -> Sequence[Any]:
    async with collecting() as collector:
        with TemporaryDirectory() as folder:
            await _ask(Path(folder), collector)
    traces = by_trace(collector.spans())
    return max(traces.values(), key=lambda spans: (len(spans), -_length_ns(spans)))


async def _ask(folder: Path, collector: Collector) -> None:
    async def late(request: web.Request) -> None:
        await asyncio.sleep(_WAITS_S[request.path.split("/")[1]])

    good = AgencyServer(children=(CHILD,), before=late)
    fed = {"collector__url": collector.url, "collector__traces": 1.0}
    async with serving(good.answer) as url, serving(refusing) as broken:
        sources = [*_sources(url), rest_source("housing", broken)]
        async with served(folder, sources, **fed) as gateway:
            for _ in range(_QUESTIONS):
                await send(gateway, GOOD[0])
            enough = _QUESTIONS - 1
            await patiently(collector.until(lambda it: len(by_trace(it.spans())) >= enough))
            await gateway.stop()


def _sources(url: str) -> Iterator[SourceFile]:
    yield rest_source("spine", f"{url}/spine", claims=AUTHORITY, onward=("identifiers",))
    yield rest_source("school", f"{url}/school", by=(BY_UPN,))  # by what the first one teaches
    for name in ("council", "hospital"):
        yield rest_source(name, f"{url}/{name}")


def by_trace(spans: Iterator[Any]) -> Mapping[bytes, Sequence[Any]]:
    """The spans of each trace."""
    found: defaultdict[bytes, list[Any]] = defaultdict(list)
    for span in spans:
        found[span.trace_id].append(span)
    return found


def _length_ns(spans: Sequence[Any]) -> int:
    length: int = max(span.end_time_unix_nano for span in spans) - _first_ns(spans)
    return length


def _first_ns(spans: Sequence[Any]) -> int:
    first: int = min(span.start_time_unix_nano for span in spans)
    return first


def drawn(spans: Sequence[Any]) -> str:
    """A page with a row for each span, below the one that it belongs to."""
    rows = "".join(_rows(spans, b"", 0))
    said = "Spans of one question, as an OTLP receiver got them from a gateway over five sources."
    return f"<style>{_STYLE}</style><body><h1>One question</h1><p>{said}</p>{rows}</body>"


def _rows(spans: Sequence[Any], parent: bytes, depth: int) -> Iterator[str]:
    below = [span for span in spans if span.parent_span_id == parent]
    for span in sorted(below, key=lambda one: (one.start_time_unix_nano, one.end_time_unix_nano)):
        yield _row(span, spans, depth)
        yield from _rows(spans, span.span_id, depth + 1)


def _row(span: Any, spans: Sequence[Any], depth: int) -> str:
    said, whole = attributes(span), _length_ns(spans)
    source, went = said.get("teamaround.source"), said.get("teamaround.went", "")
    name = "   " * depth + (f"call {source}: {went}" if source else span.name)
    took = span.end_time_unix_nano - span.start_time_unix_nano
    left = 100 * (span.start_time_unix_nano - _first_ns(spans)) / whole
    bar = f"left:{left:.2f}%;width:{100 * took / whole:.2f}%"
    kind = f"bar {'call' if source else ''} {went if went == 'failed' else ''}"
    return (
        f'<div class="row"><div class="name">{html.escape(name)}</div><div class="line">'
        f'<div class="{kind}" style="{bar}"></div></div>'
        f'<div class="took">{float(f"{took / 1e6:.2g}"):g} ms</div></div>'
    )


if __name__ == "__main__":
    main()
