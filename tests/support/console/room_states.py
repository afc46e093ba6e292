"""The ways to every state of the pages of agencies, auditors, families and operators."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from playwright.sync_api import Page

from tests.support.console import room_answers as made
from tests.support.console.told_gateway import ToldPages
from tests.support.console.unseen import Pressed, read_unseen

Walk = Callable[[Page, ToldPages], None]
Says = Mapping[str, Mapping[str, Any]]
_APPROVER: Final = made.me("information-governance")
_IT: Final = made.me("source-registrar")
_NOTE: Final = "not a note"


def opened(path: str, says: Says, press: str = "", **typed: str) -> Walk:
    """Open an address; if a button is named, what comes once it is pressed, this being typed."""

    def walk(page: Page, pages: ToldPages) -> None:
        pages.next(says=says)
        _come(page, f"{pages.url}{path}", press, typed)

    return walk


def _come(page: Page, address: str, press: str, typed: Mapping[str, str]) -> None:
    if press:
        Pressed.on(read_unseen(page, address), press, **typed).shown(page)
    else:
        page.goto(address)


def _one(state: str = "APPROVED", who: Any = _APPROVER, **more: Any) -> Says:
    return {"Source": {"source": made.source(state, **more), "me": who}}


def _sources(who: Any, *found: Mapping[str, Any]) -> Says:
    return {"Sources": {"sources": found, "me": who}, "Me": {"me": who}}


def _state(note: str) -> Says:
    point = {"origin": "log.example", "size": "9", "note": note, "at": made.AT, "witnessedBy": []}
    return {"LogState": {"me": made.me("auditor"), "audit": {"checkpoint": point}}}


_JOIN: Final = {**_sources(_IT), "SourceDraft": {"sourceDraft": made.DRAFT}}
_FIVE: Final = {
    "source": "clinic",
    "agency": "Clinic",
    "sector": "HEALTH",
    "telephone": "01632 960321",
    "address": "https://clinic.example",
}


def drafted(press: str, says: Says, **typed: str) -> Walk:
    """Write a draft, and press one of its buttons."""

    def walk(page: Page, pages: ToldPages) -> None:
        pages.next(says={**_JOIN, **says})
        form = read_unseen(page, f"{pages.url}/sources/new")
        drafted = Pressed.on(form, "Draft a manifest", **_FIVE).unseen(page, pages.url)
        Pressed.on(drafted, press, **typed).shown(page)

    return walk


def _registered(source: Mapping[str, Any] | None) -> Says:
    return {"ProposeSource": {"registerSource": {"source": source, "findings": made.FINDINGS}}}


def _decided(name: str, source: Mapping[str, Any] | None) -> Says:
    return {name: {name[:1].lower() + name[1:]: {"source": source, "findings": made.FINDINGS}}}


_WAITS: Final = _one("PROPOSED")
_OWN: Final = _sources(_APPROVER, made.source())
_TRY: Final = {"nhs_number": "999 000 0018"}
AGENCY: Final[Mapping[str, Walk]] = {
    "systems": opened("/sources", _sources(_IT, made.source(), made.source(health=made.FAILING))),
    "no systems": opened("/sources", _sources(made.me("auditor"))),
    "a system": opened("/sources/council/1", _one(health=made.FAILING)),
    "a system of others": opened("/sources/council/1", {"Source": {"source": None, "me": _IT}}),
    "a system, not yet approved": opened("/sources/council/1", _one("PROPOSED", _IT)),
    "a system that was tried": opened(
        "/sources/council/1",
        {**_one(), "TrySource": {"trySource": made.TRIED}},
        "Ask the system now",
        **_TRY,
    ),
    "approved": opened(
        "/sources/council/1",
        {**_WAITS, **_decided("ApproveSource", made.source())},
        "Approve version 1 of council",
    ),
    "not suspended": opened(
        "/sources/council/1",
        {**_one(), **_decided("SuspendSource", None)},
        "Suspend council",
        reason="It is replaced",
    ),
    "suspended without a reason": opened("/sources/council/1", _one(), "Suspend council"),
    "joining": opened("/sources/new", _JOIN),
    "joining with mistakes": opened("/sources/new", _JOIN, "Draft a manifest"),
    "a draft": opened("/sources/new", _JOIN, "Draft a manifest", **_FIVE),
    "a draft that was tried": drafted(
        "Check it, and ask the system now", {"TryDraft": {"tryDraft": made.TRIED}}, **_TRY
    ),
    "a draft that could not be tried": drafted(
        "Check it, and ask the system now", {"TryDraft": {"tryDraft": made.NOT_TRIED}}, **_TRY
    ),
    "a draft tried with nothing": drafted("Check it, and ask the system now", {}),
    "a draft with rules, not kept": drafted("Propose it", _registered(None), rules="permit();"),
    "proposed": drafted("Propose it", _registered(made.source("PROPOSED"))),
    "rules": opened("/rules", _OWN),
    "rules, of nothing": opened("/rules", _sources(_APPROVER)),
    "rules with mistakes": opened("/rules", _OWN, "Show what they get"),
    "rules, explained": opened(
        "/rules",
        {**_OWN, "Explain": {"explain": made.RULED}},
        "Show what they get",
        source="council",
        sector="POLICE",
        role="practitioner",
        purpose="SAFEGUARDING",
    ),
    "not for you": opened("/rules", _sources(made.me("auditor"))),
}


def refused(code: str, press: str = "", **typed: str) -> Walk:
    """Open the list of looks, which the gateway refuses."""

    def walk(page: Page, pages: ToldPages) -> None:
        error = {"message": "Refused.", "extensions": {"code": code}}
        pages.next(refusal=(200, "application/json", json.dumps({"errors": [error]})))
        _come(page, f"{pages.url}/who-looked", press, typed)

    return walk


_ENTRY: Final = {"Entry": {"me": made.me("auditor"), "audit": {"entry": made.entry()}}}
_NO_ENTRY: Final = {"Entry": {"me": made.me("auditor"), "audit": {"entry": None}}}
_BROKEN: Final = made.entry(kind="BREAK_GLASS")
_BARE: Final = made.entry(change=None, look=None, agencies=[], accounts=[], kind="PRUNING")
AUDITORS: Final[Mapping[str, Walk]] = {
    "the log": opened("/log", {"Entries": made.entries(made.entry(), more=made.MORE)}),
    "the log, nothing found": opened("/log", {"Entries": made.entries()}),
    "the log with mistakes": opened(
        "/log",
        {"Entries": made.entries(), "Me": {"me": made.me("auditor")}},
        "Search",
        **{"from": "31 2 2026"},
    ),
    "an entry": opened("/log/entries/7", _ENTRY),
    "an entry of another kind": opened(
        "/log/entries/7", {"Entry": {"me": made.me("auditor"), "audit": {"entry": _BARE}}}
    ),
    "a break-glass": opened(
        "/log/entries/7", {"Entry": {"me": made.me("auditor"), "audit": {"entry": _BROKEN}}}
    ),
    "no entry": opened("/log/entries/8", _NO_ENTRY),
    "a review with mistakes": opened("/log/entries/7", _ENTRY, "Record the review"),
    "a review in the log": opened(
        "/log/entries/7",
        {**_ENTRY, "Review": {"reviewAccess": {"index": "9"}}},
        "Record the review",
        verdict="EXPLAINED",
        note="The case is open",
    ),
    "alerts": opened("/alerts", {"Alerts": made.alerts(made.ALERT, more=made.MORE)}),
    "no alerts": opened("/alerts", {"Alerts": made.alerts()}),
    "the state of the log": opened("/log/state", _state(_NOTE)),
}
FAMILIES: Final[Mapping[str, Walk]] = {
    "looks": opened("/who-looked", {"Accesses": made.looks(made.look(1), made.look(2))}),
    "more looks": opened(
        "/who-looked?lang=pl",
        {"Accesses": made.looks(made.look(1, contact=None, agencies=[]), more=made.MORE)},
    ),
    "no looks": opened("/who-looked", {"Accesses": made.looks()}),
    "which child": refused("KNOWN_DETAILS_TOO_FEW"),
    "which child, born on no day": refused("KNOWN_DETAILS_TOO_FEW", "Show the list", day="31"),
    "a list for others": refused("ACCESSES_NOT_ALLOWED"),
    "no list now": refused("LOG_UNAVAILABLE"),
    "nothing for this role": opened("/", {"Me": {"me": made.me("cook", purposes=())}}),
    "a family's first page": opened("/", {"Me": {"me": made.me(purposes=("SUBJECT_ACCESS",))}}),
}
_OPERATIONS: Final = {"operations": made.OPERATIONS, "sources": [made.source(health=made.FAILING)]}
_CALM: Final = {**made.OPERATIONS["log"], "witnesses": []}
_STOPPED: Final = {**made.OPERATIONS, "failing": ["log"], "faults": None, "log": _CALM}
_WELL: Final = {**made.OPERATIONS, "faults": []}
_AGENCIES: Final = [
    {
        "agency": {"id": "a", "name": "The Council", "sector": "SOCIAL_CARE", "national": False},
        "areas": [{"code": "E09990001", "name": "Northbrook"}],
    }
]
OPERATORS: Final[Mapping[str, Walk]] = {
    "operations": opened("/operations", {"Operations": _OPERATIONS}),
    "operations, failing": opened(
        "/operations", {"Operations": {"operations": _STOPPED, "sources": []}}
    ),
    "operations, well": opened("/operations", {"Operations": {"operations": _WELL, "sources": []}}),
    "agencies": opened("/in-force", {"Directory": {"directory": _AGENCIES}}),
    "no agencies": opened("/in-force", {"Directory": {"directory": []}}),
}
ROOM_STATES: Final = {**AGENCY, **AUDITORS, **FAMILIES, **OPERATORS}
