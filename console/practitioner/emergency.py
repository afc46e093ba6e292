"""Break-glass: behind a page of its own that says what follows from it."""

from starlette.responses import Response

from console.asking.refusals import GatewayRefused
from console.pages.visit import Visit
from console.practitioner.answering import answered
from console.practitioner.finding import corrected
from console.practitioner.typed import CHILD, REASON, Mistake, Typed

_NO_WORDS = "Say in your own words why this cannot wait."
_NOT_CONFIRMED = "Confirm that you know what follows."


async def show_emergency(visit: Visit, mistakes: tuple[Mistake, ...] = ()) -> Response:
    """`/find/emergency`: what break-glass does, and why it is needed."""
    typed = Typed.of(visit)
    return visit.page(
        "practitioner/emergency.html",
        status=400 if mistakes else 200,
        mistakes=mistakes,
        carried=typed.carried((*REASON, *CHILD)),
        why=visit.text("emergencyWhy"),
    )


async def ask_in_emergency(visit: Visit) -> Response:
    """`/find/emergency/answer`: take the grant, and ask with it at once."""
    if mistakes := _mistakes(visit):
        return await show_emergency(visit, mistakes)
    typed = Typed.of(visit).without("chosenKey", "chosenWhy")
    wanted = {"known": typed.variables()["known"], "justification": visit.text("emergencyWhy")}
    try:
        granted = await visit.ask("BreakGlass", wanted)
        typed = typed.with_texts(breakGlass=granted["breakGlass"]["id"])
        return await answered(visit, "TeamAround", typed.variables(), typed)
    except GatewayRefused as refused:
        return await corrected(visit, refused)


def _mistakes(visit: Visit) -> tuple[Mistake, ...]:
    why = () if visit.text("emergencyWhy") else (Mistake("emergencyWhy", _NO_WORDS),)
    sure = () if visit.text("sure") else (Mistake("sure", _NOT_CONFIRMED),)
    return (*why, *sure)
