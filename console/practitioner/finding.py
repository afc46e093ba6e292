"""The two forms, and the question: purpose and case first, then the child, then the answer."""

from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from console.asking.refusals import GatewayRefused
from console.pages.menu import NotForYou
from console.pages.visit import Visit
from console.practitioner.answering import answered
from console.practitioner.typed import CHILD, REASON, Mistake, Typed, mistake_of

_NO_PURPOSE: Final = (
    "Your sign-in names no purpose for which you may ask about a child. Ask your organisation."
)


async def show_reason_form(visit: Visit, mistakes: tuple[Mistake, ...] = ()) -> Response:
    """`/find`: for which purpose, why, and for which case."""
    who = await visit.ask("WhoAsks")
    purposes = [each for each in who["me"]["purposes"] if each != "SUBJECT_ACCESS"]
    if not purposes:
        raise NotForYou(_NO_PURPOSE)
    typed = Typed.of(visit)
    if len(purposes) == 1:
        typed = typed.with_texts(purpose=purposes[0])
    return visit.page(
        "practitioner/reason.html",
        status=400 if mistakes else 200,
        typed=typed,
        mistakes=mistakes,
        purposes=purposes,
        own=who["me"]["areas"],
        others=_elsewhere(who),
        carried=typed.carried(CHILD),
    )


async def show_child_form(visit: Visit) -> Response:
    """`/find/child`: what is known of the child; back to the reason where that is not whole."""
    wrong = Typed.of(visit).mistakes_of_reason()
    return await (show_reason_form(visit, tuple(wrong)) if wrong else _child_form(visit, ()))


async def ask_about_child(visit: Visit) -> Response:
    """`/find/answer`: ask, and show the answer as it comes; or what to correct."""
    typed = Typed.of(visit)
    if wrong := typed.mistakes_of_reason():
        return await show_reason_form(visit, tuple(wrong))
    if wrong := typed.mistakes_of_child():
        return await _child_form(visit, tuple(wrong))
    try:
        return await answered(visit, "TeamAround", typed.variables(), typed)
    except GatewayRefused as refused:
        return await corrected(visit, refused)


async def corrected(visit: Visit, refused: GatewayRefused) -> Response:
    """The form whose field the gateway names; the refusal itself where it names none."""
    wrong = [mistake_of(each) for each in refused.inputs]
    if not wrong:
        raise refused
    of_reason = any(mistake.field in REASON for mistake in wrong)
    return await (show_reason_form if of_reason else _child_form)(visit, tuple(wrong))


async def _child_form(visit: Visit, mistakes: tuple[Mistake, ...]) -> Response:
    typed = Typed.of(visit).without("chosenKey", "chosenWhy")
    return visit.page(
        "practitioner/known.html",
        status=400 if mistakes else 200,
        typed=typed,
        mistakes=[_as_shown(each) for each in mistakes],
        carried=typed.carried(REASON),
        wanted=visit.text("wanted"),
    )


def _as_shown(mistake: Mistake) -> Mistake:
    """Why a record was chosen has its field beside the record, and none on this form."""
    return replace(mistake, field=None) if mistake.field == "chosenWhy" else mistake


def _elsewhere(who: dict[str, Any]) -> list[dict[str, Any]]:
    """The areas that are connected and are not one's own, by name."""
    own = {area["code"] for area in who["me"]["areas"]}
    every = {area["code"]: area for entry in who["directory"] for area in entry["areas"]}
    return sorted(
        (area for code, area in every.items() if code not in own), key=lambda a: a["name"]
    )
