"""What this room adds to the pages: its line on the first page, and its addresses."""

from console.operators.overview import show_overview
from console.pages.doors import HomeEntry
from console.pages.routes import page

ENTRIES = (
    HomeEntry(
        "/in-force",
        "Agencies in force",
        "See every agency that is asked, and how its systems are doing.",
        frozenset({"operator"}),
    ),
)
ROUTES = [page("/in-force", show_overview)]
