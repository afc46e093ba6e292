"""What `teamaround source list` prints of a running gateway's sources."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from adapters.contract.advice import what_to_do
from gateway.cli.sources.gateway_client import said_by

# On a narrow terminal the names fold, not what is looked for.
_WIDEST: Final[Mapping[str, int]] = {
    "v.": 1,
    "state": len("suspended"),
    "by": 6,
    "last answer": len("2026-11-22"),
    "breaker": len("half-open"),
    "p50/p99 ms": len("12/340"),
    "up": len("yes"),
    "failed": len("failed"),
}
_SOURCES: Final = (
    "{ sources { id version state decision { user organisation at }"
    " health { reachable breaker p50Ms p99Ms answeredAt failures { count } } } }"
)
_FAILURES: Final = "{ sources { id health { failures { outcome rule place shape at count } } } }"


def print_running(gateway: str, token: Path) -> None:
    """Print a line a source: how each does."""
    columns = (Column(n, min_width=width, overflow="fold") for n, width in _WIDEST.items())
    table = Table(Column("source", no_wrap=True), *columns, box=None, padding=(0, 1, 0, 0))
    for source in said_by(gateway, token, _SOURCES, {})["sources"]:
        table.add_row(*map(escape, _cells(source)))
    Console().print(table)


def print_failures(gateway: str, token: Path) -> None:
    """Print why calls of each source failed of late."""
    for source in said_by(gateway, token, _FAILURES, {})["sources"]:
        for one in source["health"]["failures"] or ():
            typer.echo(f"{source['id']}: {one['outcome']}: {one['rule']}")
            typer.echo(f"  {one['count']} times, last {_moment(one['at'])}")
            for said in filter(None, (one["place"], one["shape"], what_to_do(one["rule"]))):
                typer.echo(f"  {said}")


def _cells(source: Mapping[str, Any]) -> Iterator[str]:
    yield from (source["id"], str(source["version"]), source["state"].lower())
    decision, health = source["decision"], source["health"]
    yield "" if decision is None else f"{decision['user']} of {decision['organisation']}"
    yield _moment(health["answeredAt"])
    yield health["breaker"]
    times = (health["p50Ms"], health["p99Ms"])
    yield "/".join(f"{ms:.0f}" for ms in times if ms is not None)
    yield {None: "", True: "yes", False: "no"}[health["reachable"]]
    yield str(sum(one["count"] for one in health["failures"] or ()) or "")


def _moment(said: str | None) -> str:
    if said is None:
        return ""
    return datetime.fromisoformat(said).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
