"""What this room adds to the pages: its lines on the first page, and its addresses."""

from console.agency.joining import draft_source, propose_source, show_join_form, try_draft
from console.agency.rules import explain_rules, show_rules_form
from console.agency.source import approve_source, show_source, suspend_source, try_source
from console.agency.sources import show_sources
from console.pages.doors import HomeEntry
from console.pages.routes import form, page

_OF_AGENCY = frozenset({"source-registrar", "information-governance", "privacy-officer"})
ENTRIES = (
    HomeEntry(
        "/sources",
        "Systems of agencies",
        "See how they are doing and why calls failed. Join with a system, approve or suspend one.",
        _OF_AGENCY | {"operator"},
    ),
    HomeEntry(
        "/rules",
        "Who gets what of ours, and why not",
        "See what the rules in force give, to which people, and what would change it.",
        _OF_AGENCY,
    ),
)
ROUTES = [
    page("/sources", show_sources),
    page("/sources/new", show_join_form),
    form("/sources/draft", draft_source),
    form("/sources/try-draft", try_draft),
    form("/sources/propose", propose_source),
    page("/sources/{id}/{version:int}", show_source),
    form("/sources/try", try_source),
    form("/sources/suspend", suspend_source),
    form("/sources/approve", approve_source),
    page("/rules", show_rules_form),
    form("/rules/explain", explain_rules),
]
