"""The accesses that a family may see; nothing to show is one page, whatever the reason."""

from starlette.responses import Response

from console.pages.visit import Visit
from console.pages.words import in_words


async def show_accesses(visit: Visit) -> Response:
    """`/who-looked`: a table."""
    edges = (await visit.ask("Accesses"))["accesses"]["edges"]
    nodes = [edge["node"] for edge in edges]
    rows = [(in_words(n["at"]), n["organisation"] or "-", in_words(n["purpose"])) for n in nodes]
    return visit.page(
        "list.html",
        title="Who looked at my record?",
        heads=("When", "Who", "Why"),
        rows=rows,
        empty="There is nothing that can be shown now.",
    )
