"""The newest entries of the log, each in a line."""

from starlette.responses import Response

from console.pages.visit import Visit
from console.pages.words import in_words


async def show_entries(visit: Visit) -> Response:
    """`/log`: a table of the newest fifty."""
    edges = (await visit.ask("Entries"))["audit"]["entries"]["edges"]
    nodes = [edge["node"] for edge in edges]
    rows = [
        (
            each["index"],
            in_words(each["at"]),
            in_words(each["kind"]),
            each["user"] or "not known",
            each["organisation"] or "not known",
        )
        for each in nodes
    ]
    return visit.page(
        "list.html",
        title="The log",
        heads=("Entry", "When", "What", "Who", "Organisation"),
        rows=rows,
        empty="There is no entry that you may see.",
    )
