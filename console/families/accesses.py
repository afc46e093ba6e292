"""Who looked, as a family may see it; nothing to show is one page, whatever the reason."""

from typing import Any, Final

from starlette.responses import Response

from console.asking.refusals import BrokenOff, GatewayAway, GatewayRefused
from console.families.child import MeantChild
from console.pages.languages import PageLanguage
from console.pages.visit import Visit

_WHICH_CHILD: Final = "KNOWN_DETAILS_TOO_FEW"
_NOT_FOR_YOU: Final = "ACCESSES_NOT_ALLOWED"


async def show_accesses(visit: Visit) -> Response:
    """`/who-looked`: the newest looks."""
    return await _shown(visit, MeantChild.of(visit))


async def show_more(visit: Visit) -> Response:
    """`/who-looked/list`: the looks about the child of the form, or older ones."""
    child = MeantChild.of(visit)
    wrong = child.typed and child.born is None
    return _ask_which(visit, child, wrong=True) if wrong else await _shown(visit, child)


async def _shown(visit: Visit, child: MeantChild) -> Response:
    language = visit.language
    variables: dict[str, Any] = {"known": child.known} if child.typed else {}
    if after := visit.text("after"):
        variables["after"] = after
    try:
        accesses = (await visit.ask("Accesses", variables))["accesses"]
    except GatewayRefused as refused:
        return _refused(visit, child, refused)
    except (GatewayAway, BrokenOff):
        return _not_now(visit, language, 503, None)
    return visit.page(
        "families/looks.html",
        **language.values,
        looks=[edge["node"] for edge in accesses["edges"]],
        older=accesses["pageInfo"]["hasNextPage"],
        carried={**child.texts, "lang": language.code, "after": accesses["pageInfo"]["endCursor"]},
        until=accesses["availableFrom"],
    )


def _refused(visit: Visit, child: MeantChild, refused: GatewayRefused) -> Response:
    if refused.signs_out:
        raise refused
    if refused.code == _WHICH_CHILD:
        return _ask_which(visit, child)
    language = visit.language
    if refused.code == _NOT_FOR_YOU:
        return visit.page("families/not_for_you.html", 403, **language.values)
    return _not_now(visit, language, refused.status, refused.code)


def _not_now(visit: Visit, language: PageLanguage, status: int, code: str | None) -> Response:
    failed = status if status >= 400 else 502  # noqa: PLR2004  a refusal is no success
    return visit.page("families/not_now.html", failed, **language.values, code=code)


def _ask_which(visit: Visit, child: MeantChild, *, wrong: bool = False) -> Response:
    return visit.page(
        "families/which_child.html",
        400 if wrong else 200,
        **visit.language.values,
        typed=child.texts,
        wrong=wrong,
    )
