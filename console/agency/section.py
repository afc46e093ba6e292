"""What this room adds to the pages: its line on the first page, and its addresses."""

from console.agency.sources import approve_source, show_sources, suspend_source
from console.pages.doors import HomeEntry
from console.pages.routes import form, page

ENTRY = HomeEntry(
    "/sources",
    "Systems of agencies",
    "See how they are doing and why calls failed, and approve or suspend them.",
    frozenset({"source-registrar", "information-governance", "privacy-officer", "operator"}),
)
ROUTES = [
    page("/sources", show_sources),
    form("/sources/suspend", suspend_source),
    form("/sources/approve", approve_source),
]
