"""The sources that this person may see, each in a line."""

from starlette.responses import Response

from console.pages.visit import Visit
from console.pages.words import in_words


async def show_sources(visit: Visit) -> Response:
    """`/sources`: a table."""
    sources = (await visit.ask("Sources"))["sources"]
    rows = [
        (
            each["id"],
            each["agency"]["name"],
            each["version"],
            in_words(each["state"]),
            in_words(each["level"]),
        )
        for each in sources
    ]
    return visit.page(
        "list.html",
        title="Your agency's systems",
        heads=("System", "Agency", "Version", "State", "Level"),
        rows=rows,
        empty="No system that you may see is registered here.",
    )
