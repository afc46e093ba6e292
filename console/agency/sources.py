"""The sources that this person may see, their own first, and how each is doing."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from console.agency.menu import MENU
from console.pages.visit import Visit


async def show_sources(visit: Visit) -> Response:
    """`/sources`: each with its state and its health, and a way to the page of their own."""
    said = await visit.ask("Sources")
    menu = MENU.of(said["me"], "/sources")
    own = [each for each in said["sources"] if is_own(each)]
    others = [each for each in said["sources"] if not is_own(each)]
    return visit.page("agency/sources.html", menu=menu, own=own, others=others)


def is_own(source: Mapping[str, Any]) -> bool:
    """Whether this person may read all of it: only they are told who decided or proposed it."""
    return bool(source["decision"] or source["proposed"])
