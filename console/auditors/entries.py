"""The log, searched: the newest entries that fit, each search itself an entry first."""

import asyncio
import csv
import io
from typing import Any, Final

from starlette.responses import Response

from console.asking.refusals import GatewayRefused
from console.auditors.filters import FIELDS, LogFilter, LogMistake, mistake_of
from console.auditors.menu import MENU
from console.pages.visit import Visit

_PAGE: Final = 200
MOST_EXPORTED: Final = 5000
_COLUMNS: Final = (
    *("index", "at", "kind", "queryId", "user", "issuer", "organisation", "role", "purpose"),
    "risks",
)
# What a spreadsheet takes for a formula, wide and small signs too, after any blanks; and what
# ends a cell.
_FORMULA: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212")
_BREAKS: Final = ("\t", "\r", "\n")


async def show_entries(visit: Visit) -> Response:
    """`/log` and `/log/search`: the form, and the entries that fit."""
    typed = LogFilter.of(visit)
    if typed.mistakes:
        return await _to_correct(visit, typed, typed.mistakes)
    after = {"after": visit.text("after")} if visit.text("after") else {}
    try:
        said = await _said(visit, typed, after)
    except GatewayRefused as refused:
        if not refused.inputs:
            raise
        return await _to_correct(visit, typed, tuple(map(mistake_of, refused.inputs)))
    return _page(visit, said["me"], typed, (), said["audit"]["entries"])


async def export_entries(visit: Visit) -> Response:
    """`/log/export`: the same entries as a CSV file, the newest MOST_EXPORTED of them."""
    typed = LogFilter.of(visit)
    if typed.mistakes:
        return await _to_correct(visit, typed, typed.mistakes)
    rows: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while len(rows) < MOST_EXPORTED:
        said = await _said(visit, typed, {"first": _PAGE, **after})
        found = said["audit"]["entries"]
        rows += [edge["node"] for edge in found["edges"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = {"after": found["pageInfo"]["endCursor"]}
    headers = {"Content-Disposition": 'attachment; filename="log-entries.csv"'}
    text = await asyncio.to_thread(_csv, rows)  # as many as 5,000: 50 ms that nobody waits for
    return Response(text, media_type="text/csv", headers=headers)


async def _said(visit: Visit, typed: LogFilter, more: dict[str, Any]) -> dict[str, Any]:
    return await visit.ask("Entries", {**typed.variables, **more})


async def _to_correct(visit: Visit, typed: LogFilter, mistakes: tuple[LogMistake, ...]) -> Response:
    return _page(visit, (await visit.ask("Me"))["me"], typed, mistakes)


def _page(
    visit: Visit,
    me: dict[str, Any],
    typed: LogFilter,
    mistakes: tuple[LogMistake, ...],
    found: dict[str, Any] | None = None,
) -> Response:
    return visit.page(
        "auditors/log.html",
        400 if mistakes else 200,
        menu=MENU.of(me, "/log"),
        typed=typed.texts,
        mistakes=mistakes,
        carried=typed.carried,
        narrowed=any(typed.texts[field] for field in FIELDS),
        found=found and [edge["node"] for edge in found["edges"]],
        more=found and found["pageInfo"],
    )


def _csv(rows: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)  # wherever a semicolon ends a cell too
    writer.writerow([*_COLUMNS, "agencies"])
    for row in rows:
        asked = "; ".join(f"{a['agency']} {a['outcome'] or ''}".strip() for a in row["agencies"])
        told = {**row, "risks": "; ".join(row["risks"])}
        writer.writerow([_cell(told[name]) for name in _COLUMNS] + [_cell(asked)])
    return written.getvalue()


def _cell(value: str | None) -> str:
    """As text: a spreadsheet must not take what a user is called for a formula."""
    text = value or ""
    is_formula = text.startswith(_BREAKS) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if is_formula else text
