"""What this room adds to the pages: its lines on the first page, and its addresses."""

from console.agency.joining import draft_source, propose_source, show_join_form, try_draft
from console.agency.menu import OF_AGENCY, OPERATOR
from console.agency.rules import explain_rules, show_rules_form
from console.agency.source import approve_source, show_source, suspend_source, try_source
from console.agency.sources import show_sources
from console.pages.doors import HomeEntry
from console.pages.routes import form, page

ENTRIES = (
    HomeEntry(
        "/sources",
        "Systems of agencies",
        "See how they are doing, why calls failed, and what waits for approval.",
        OF_AGENCY | {OPERATOR},
    ),
    HomeEntry(
        "/rules",
        "Who gets what of ours, and why not",
        "See what the rules in force give, to which people, and what would change it.",
        OF_AGENCY,
    ),
)
ROUTES = [
    page("/sources", show_sources),
    page("/sources/new", show_join_form),
    form("/sources/draft", draft_source),
    form("/sources/try-draft", try_draft),
    form("/sources/propose", propose_source),
    page("/sources/{id}/{version}", show_source),
    form("/sources/try", try_source),
    form("/sources/suspend", suspend_source),
    form("/sources/approve", approve_source),
    page("/rules", show_rules_form),
    form("/rules/explain", explain_rules),
]
