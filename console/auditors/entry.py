"""One entry of the log, with its proof checked; and what was found of it, where it is reviewed."""

import re
from typing import Any, Final

from starlette.responses import Response

from console.asking.refusals import GatewayRefused
from console.auditors.filters import LogMistake
from console.auditors.menu import MENU
from console.auditors.proof import checked
from console.pages.visit import Visit

_NO_VERDICT: Final = "Choose what you found."
_NO_NOTE: Final = "Say why, in words."
_IS_PLACE: Final = re.compile(r"[0-9]{1,18}")


async def show_entry(visit: Visit) -> Response:
    """`/log/entries/INDEX`."""
    index = visit.request.path_params["index"]
    return await _shown(visit, index, ())


async def review_entry(visit: Visit) -> Response:
    """`/log/review`: record what was found, and show the entry again; or what to correct."""
    index, verdict, note = (visit.text(name) for name in ("entry", "verdict", "note"))
    missing = (("verdict", verdict, _NO_VERDICT), ("note", note, _NO_NOTE))
    if mistakes := tuple(LogMistake(field, said) for field, text, said in missing if not text):
        return await _shown(visit, index, mistakes)
    try:
        await visit.ask("Review", {"entry": index, "verdict": verdict, "note": note})
    except GatewayRefused as refused:
        if refused.signs_out:
            raise
        return await _shown(visit, index, (LogMistake(None, f"{refused}."),))
    return await _shown(visit, index, (), reviewed=True)


async def _shown(
    visit: Visit, index: str, mistakes: tuple[LogMistake, ...], *, reviewed: bool = False
) -> Response:
    if not _IS_PLACE.fullmatch(index):
        return _no_entry(visit, await visit.ask("Me"))
    said = await visit.ask("Entry", {"index": index})
    entry = said["audit"]["entry"]
    if entry is None:
        return _no_entry(visit, said)
    return visit.page(
        "auditors/entry.html",
        400 if mistakes else 200,
        menu=MENU.of(said["me"]),
        entry=entry,
        proof=checked(entry, visit.parts.settings.log),
        typed={name: visit.text(name) for name in ("verdict", "note")},
        mistakes=mistakes,
        reviewed=reviewed,
    )


def _no_entry(visit: Visit, said: dict[str, Any]) -> Response:
    return visit.page("auditors/no_entry.html", 404, menu=MENU.of(said["me"]))
