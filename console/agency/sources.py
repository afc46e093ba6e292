"""The sources that this person may see, and how each is doing."""

from starlette.responses import Response

from console.pages.visit import Visit

_JOIN = frozenset({"source-registrar", "operator"})


async def show_sources(visit: Visit) -> Response:
    """`/sources`: each with its state and its health, and a way to its own page."""
    said = await visit.ask("Sources")
    joins = bool(_JOIN & {*said["me"]["roles"]})
    return visit.page("agency/sources.html", sources=said["sources"], joins=joins)
