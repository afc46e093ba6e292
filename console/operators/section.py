"""What this room adds to the pages: its lines on the first page, and its addresses."""

from console.operators.operations import show_operations
from console.operators.overview import show_overview
from console.pages.doors import HomeEntry
from console.pages.routes import page

_OPERATOR = frozenset({"operator"})
ENTRIES = (
    HomeEntry(
        "/operations",
        "How the gateway is doing",
        "See the generation in force, the log, witnesses, keys, and what a check of files says.",
        _OPERATOR,
    ),
    HomeEntry(
        "/in-force",
        "Agencies in force",
        "See every agency that is asked, and the areas that it serves.",
        _OPERATOR,
    ),
)
ROUTES = [page("/operations", show_operations), page("/in-force", show_overview)]
