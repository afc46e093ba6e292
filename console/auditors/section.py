"""What this room adds to the pages: its line on the first page, and its addresses."""

from console.auditors.alerts import show_alerts, show_other_alerts
from console.auditors.entries import export_entries, show_entries
from console.auditors.entry import review_entry, show_entry
from console.auditors.log_state import show_state
from console.auditors.menu import AUDITOR, READERS
from console.pages.doors import HomeEntry
from console.pages.routes import form, page

ENTRIES = (
    HomeEntry("/log", "The log", "See who asked, when and why.", READERS),
    HomeEntry(
        "/alerts",
        "Alerts",
        "See which accesses are unusual, and review them in time.",
        AUDITOR,
    ),
)
ROUTES = [
    page("/log", show_entries),
    form("/log/search", show_entries),
    form("/log/export", export_entries),
    page("/log/entries/{index}", show_entry),
    form("/log/review", review_entry),
    page("/log/state", show_state),
    page("/alerts", show_alerts),
    form("/alerts/list", show_other_alerts),
]
