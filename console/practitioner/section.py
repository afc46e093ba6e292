"""What this room adds to the pages: its line on the first page, and its addresses."""

from console.pages.doors import HomeEntry
from console.pages.routes import form, page
from console.practitioner.again import ask_again
from console.practitioner.emergency import ask_in_emergency, show_emergency
from console.practitioner.finding import ask_about_child, show_child_form, show_reason_form

ENTRIES = (
    HomeEntry(
        "/find",
        "Find the team around a child",
        "See who works with a child, and how to reach them.",
        frozenset({"practitioner", "manager", "shield-cleared"}),
    ),
)
ROUTES = [
    page("/find", show_reason_form),
    form("/find/why", show_reason_form),
    form("/find/child", show_child_form),
    form("/find/answer", ask_about_child),
    form("/find/again", ask_again),
    form("/find/emergency", show_emergency),
    form("/find/emergency/answer", ask_in_emergency),
]
