"""Ask those again who did not answer: a question of its own, with the same reason."""

from starlette.responses import Response

from console.asking.refusals import GatewayRefused
from console.pages.visit import Visit
from console.practitioner.answering import answered
from console.practitioner.finding import corrected
from console.practitioner.typed import Typed


async def ask_again(visit: Visit) -> Response:
    """`/find/again`: the answer of the agencies that the form names."""
    typed = Typed.of(visit)
    variables = typed.without("areas").variables() | {"agencies": visit.texts("agency")}
    try:
        return await answered(visit, "AskAgain", variables, typed, again=True)
    except GatewayRefused as refused:
        return await corrected(visit, refused)
