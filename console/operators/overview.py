"""Every agency that is asked, and the areas that it serves."""

from starlette.responses import Response

from console.pages.visit import Visit
from console.pages.words import in_words


async def show_overview(visit: Visit) -> Response:
    """`/in-force`: a table."""
    entries = (await visit.ask("Directory"))["directory"]
    rows = [
        (
            each["agency"]["name"],
            in_words(each["agency"]["sector"]),
            ", ".join(area["name"] for area in each["areas"]) or "the whole country",
        )
        for each in entries
    ]
    return visit.page(
        "list.html",
        title="Agencies in force",
        heads=("Agency", "Kind", "Serves"),
        rows=rows,
        empty="No agency is in force.",
    )
