"""What this room adds to the pages: its line on the first page, and its addresses."""

from console.auditors.entries import show_entries
from console.pages.doors import HomeEntry
from console.pages.routes import page

ENTRY = HomeEntry(
    "/log",
    "The log",
    "See who asked, when and why, and which accesses wait for a review.",
    frozenset({"auditor", "privacy-officer"}),
)
ROUTES = [page("/log", show_entries)]
