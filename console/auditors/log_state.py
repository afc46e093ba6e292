"""The log's signed state: how old it is, who signed it, and when each witness saw it."""

import time
from datetime import UTC, datetime

from starlette.responses import Response

from console.auditors.menu import MENU
from console.auditors.proof import trust_of
from console.config.settings import LogTable
from console.pages.visit import Visit
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.state import State
from gateway.audit.verify.times import spoken


async def show_state(visit: Visit) -> Response:
    """`/log/state`: the newest checkpoint, checked."""
    said = await visit.ask("LogState")
    checkpoint = said["audit"]["checkpoint"]
    now = int(time.time())
    signed = int(datetime.fromisoformat(checkpoint["at"]).astimezone(UTC).timestamp())
    refused, witnesses = _judged(checkpoint["note"], visit.parts.settings.log, now)
    return visit.page(
        "auditors/state.html",
        menu=MENU.of(said["me"], "/log/state"),
        checkpoint=checkpoint,
        age=spoken(signed, now),
        refused=refused,
        witnesses=witnesses,
        log=visit.parts.settings.log,
    )


def _judged(note: str, log: LogTable | None, now: int) -> tuple[str | None, list[tuple[str, str]]]:
    """Why the checkpoint is not believed, if so; and each witness with what it said, and when."""
    if log is None:
        return None, []
    try:
        witnessed = State.read(note.encode(), trust_of(log)).witnessed
    except LogRefused as refused:
        return f"{refused}.", []
    signed = [(name, f"signed {spoken(at, now)}") for name, at in witnessed.counted]
    return None, [*signed, *witnessed.objections]
