"""What this room adds to the pages: its line on the first page, and its addresses."""

from console.families.accesses import show_accesses, show_more
from console.pages.doors import HomeEntry
from console.pages.routes import form, page

ENTRIES = (
    HomeEntry(
        "/who-looked",
        "Who looked at my record?",
        "See which services asked about you or your child, when, and why.",
        frozenset(),
        frozenset({"SUBJECT_ACCESS"}),
    ),
)
ROUTES = [page("/who-looked", show_accesses), form("/who-looked/list", show_more)]
