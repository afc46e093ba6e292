"""What this room adds to the pages: its line on the first page, and its addresses."""

from console.agency.sources import show_sources
from console.pages.doors import HomeEntry
from console.pages.routes import page

ENTRY = HomeEntry(
    "/sources",
    "Your agency's systems",
    "See how they are doing, and who may have what of them.",
    frozenset({"source-registrar", "information-governance", "privacy-officer"}),
)
ROUTES = [page("/sources", show_sources)]
