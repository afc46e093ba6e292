"""What a gateway may say to the pages of agencies, auditors, families and operators, in each state.

All of it is made up, and is held to the schema where it is used.
"""

from collections.abc import Mapping
from typing import Any, Final

AT: Final = "2026-11-29T10:00:00Z"
_WHO: Final = {"user": "p.rowe", "organisation": "council", "at": AT}
_BROKEN: Final = {"rule": "release", "passed": False, "message": "Say who gets what."}
_KEPT: Final = {"rule": "address", "passed": True, "message": "kept"}
NOT_RUN: Final = {"rule": "faults", "passed": True, "message": "not run without an address"}
FINDINGS: Final = [_BROKEN, _KEPT, NOT_RUN]
FAILURE: Final = {
    "outcome": "UNAVAILABLE",
    "rule": "connection_refused",
    "place": "operation.child",
    "shape": "an empty page",
    "at": AT,
    "count": 3,
}
MORE: Final = {"hasNextPage": True, "endCursor": "c-1"}
LAST: Final = {"hasNextPage": False, "endCursor": None}


def me(*roles: str, purposes: tuple[str, ...] = ("SAFEGUARDING",)) -> dict[str, Any]:
    """Who asks, with these roles."""
    areas = [{"code": "E09990001", "name": "Northbrook"}]
    return {
        "name": "n.one",
        "organisation": "council",
        "roles": roles,
        "purposes": purposes,
        "areas": areas,
    }


def source(state: str = "APPROVED", **more: Any) -> dict[str, Any]:
    """One version of the council's system."""
    return {
        "id": "council",
        "agency": {"name": "The Council"},
        "kind": "rest",
        "version": 1,
        "state": state,
        "level": "DEPENDABLE",
        "decision": _WHO,
        "proposed": _WHO,
        "manifest": 'kind = "rest"',
        "rules": "permit (principal, action, resource);",
        "findings": FINDINGS,
        "health": health(),
        **more,
    }


def health(**more: Any) -> dict[str, Any]:
    """How a system is doing: well, unless more is said."""
    return {
        "reachable": True,
        "breaker": "closed",
        "p50Ms": 12.5,
        "p99Ms": 40.0,
        "checkedAt": AT,
        "answeredAt": AT,
        "failures": [],
        **more,
    }


FAILING: Final = health(reachable=False, breaker="open", failures=[FAILURE])
TRIED: Final = {
    "read": True,
    "steps": [{"title": "Request", "lines": ["GET /children"]}, {"title": "Reply", "lines": []}],
    "outcome": ["one record was read"],
    "findings": FINDINGS,
}
NOT_TRIED: Final = {"read": False, "steps": [], "outcome": [], "findings": [_BROKEN]}
DRAFT: Final = {
    "manifest": 'kind = "rest" # CHANGE',
    "replies": [{"name": "examples/reply.json", "content": "{}"}],
}
RULED: Final = [
    {
        "releaseClass": each,
        "fields": ["names"],
        "ruling": ruling,
        "rules": rules,
        "needed": needed,
    }
    for each, ruling, rules, needed in (
        ("IDENTITY", "GIVEN", ["baseline.1"], []),
        ("LOCATION", "WITHHELD", [], ["a case reference"]),
        ("HEALTH", "SILENT", ["ours.2"], []),
    )
]


def entry(**more: Any) -> dict[str, Any]:
    """An entry of the log with all that one can have."""
    return {
        "index": "7",
        "at": AT,
        "kind": "INTENT",
        "queryId": "q-7",
        "user": "s.worker",
        "issuer": "https://sign-in.example",
        "organisation": "northbrook",
        "role": "practitioner",
        "purpose": "SAFEGUARDING",
        "justification": "worried",
        "caseReference": "C-1",
        "policyVersion": "v1",
        "count": 2,
        "risks": ["MANY_CHILDREN"],
        "agencies": [
            {
                "agency": "council",
                "outcome": "HAS_RECORD",
                "released": ["names"],
                "withheld": [
                    {"releaseClass": "LOCATION", "reason": "POLICY", "message": "Kept back."}
                ],
            },
            {"agency": "police", "outcome": None, "released": [], "withheld": []},
        ],
        "change": {"subject": "council", "version": 2, "sha256": "ab" * 32},
        "accounts": [{"issuer": "https://sign-in.example", "user": "s.worker"}],
        "look": {
            **dict.fromkeys(("user", "organisation", "purpose", "kind", "queryId", "from", "to")),
            "firstEntry": "1",
            "lastEntry": "9",
            "given": 9,
            "export": False,
        },
        "proof": "no proof",
        **more,
    }


def entries(*found: Mapping[str, Any], more: Mapping[str, Any] = LAST) -> dict[str, Any]:
    """What a search of the log finds."""
    edges = [{"node": each, "cursor": "c"} for each in found]
    return {"me": me("auditor"), "audit": {"entries": {"pageInfo": more, "edges": edges}}}


def alerts(*found: Mapping[str, Any], more: Mapping[str, Any] = LAST) -> dict[str, Any]:
    """What waits for a review."""
    edges = [{"node": each, "cursor": "c"} for each in found]
    return {"me": me("auditor"), "audit": {"alerts": {"pageInfo": more, "edges": edges}}}


ALERT: Final = {
    "id": "q-7",
    "rule": "BREAK_GLASS",
    "score": 0.9,
    "at": AT,
    "entries": ["7", "8"],
    "state": "OPEN",
    "dueBy": AT,
}
OPERATIONS: Final[Mapping[str, Any]] = {
    "generation": 4,
    "gateways": 2,
    "behind": 1,
    "failing": [],
    "places": [
        {"code": "E09990001", "name": "Northbrook", "agencies": 5, "notConnected": ["Housing"]},
        {"code": "E09990002", "name": "Easthallow", "agencies": 3, "notConnected": []},
    ],
    "log": {
        "origin": "log.example",
        "size": "9",
        "signedAt": AT,
        "epochs": 1,
        "witnesses": [
            {"name": "regulator", "signedAt": AT, "size": "8"},
            {"name": "university", "signedAt": None, "size": None},
        ],
    },
    "keys": [{"use": "signs the log", "name": "61a4d460", "endsAt": AT}],
    "faults": [{"file": "operator.toml", "line": 7, "key": "grant", "what": "no such agency"}],
}


def look(number: int, **more: Any) -> dict[str, Any]:
    """A look at a record that a family may see."""
    return {
        "at": AT,
        "organisation": "Northbrook Council",
        "role": "practitioner",
        "purpose": "SAFEGUARDING",
        "agencies": ["GP practices"],
        "reference": f"-q{number}",
        "person": number,
        "contact": {
            "name": "Information team",
            "telephone": "01632 960990",
            "email": "information@northbrook.example",
            "hours": "9am to 5pm",
        },
        **more,
    }


def looks(*found: Mapping[str, Any], more: Mapping[str, Any] = LAST) -> dict[str, Any]:
    """What a family is told."""
    edges = [{"node": each, "cursor": "c"} for each in found]
    return {"accesses": {"availableFrom": AT, "pageInfo": more, "edges": edges}}
