"""Entries as FHIR R4 AuditEvent, for systems that gather those: a resource a line.

The shape is that of FHIR R4 (4.0.1, AuditEvent), with codes of DICOM PS3.16, HL7 v3 and IHE's
Basic Audit Log Patterns where one fits, and this project's own beside them where none does.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import orjson

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import AuditedAgency, Entry, stamp
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged

Json = dict[str, Any]

DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
ENTITY_TYPE: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ENTITY_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
SOURCE_TYPE: Final = "http://terminology.hl7.org/CodeSystem/security-source-type"
BALP: Final = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
KIND: Final = "urn:teamaround:audit-kind"
PURPOSE: Final = "urn:teamaround:purpose"
# FHIR's string has no character below a space but these three.
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class _Meaning(NamedTuple):
    code: str
    display: str
    action: str
    outcome: str = "0"


_MEANS: Final[Mapping[AuditKind, _Meaning]] = {
    AuditKind.INTENT: _Meaning("110112", "Query", "E"),
    AuditKind.RELEASE: _Meaning("110106", "Export", "R"),
    AuditKind.REFUSAL: _Meaning("110113", "Security Alert", "E", "4"),
    AuditKind.AUTHENTICATION_FAILURE: _Meaning("110114", "User Authentication", "E", "4"),
    AuditKind.POLICY_CHANGE: _Meaning("110100", "Application Activity", "U"),
    AuditKind.SOURCE_CHANGE: _Meaning("110100", "Application Activity", "U"),
    AuditKind.CONFIGURATION_CHANGE: _Meaning("110100", "Application Activity", "U"),
    AuditKind.AUDIT_SEARCH: _Meaning("110101", "Audit Log Used", "R"),
    AuditKind.BREAK_GLASS: _Meaning("110127", "Emergency Override Started", "E"),
    AuditKind.REVIEW: _Meaning("110101", "Audit Log Used", "C"),
    AuditKind.ACCOUNT_LINK: _Meaning("110136", "Security Roles Changed", "U"),
    AuditKind.LOG_LOSS: _Meaning("110100", "Application Activity", "C"),
    AuditKind.PRUNING: _Meaning("110100", "Application Activity", "D"),
}
_REASONS: Final[Mapping[Purpose, tuple[str, str]]] = {
    Purpose.DIRECT_CARE: (ACT_REASON, "TREAT"),
    Purpose.EMERGENCY: (ACT_REASON, "ETREAT"),
}


def as_audit_events(entries: Iterable[Logged], origin: str) -> Iterable[str]:
    """A line for each entry, an AuditEvent of the log called `origin`; sealed texts stay out."""
    for logged in entries:
        yield orjson.dumps(audit_event(logged, origin)).decode() + "\n"


def audit_event(logged: Logged, origin: str) -> Json:
    """One entry as an AuditEvent; its `id` is the entry's index."""
    entry, meaning = logged.entry, _MEANS[logged.entry.kind]
    return _filled(
        resourceType="AuditEvent",
        id=str(logged.index),
        type=_coding(DICOM, meaning.code, meaning.display),
        subtype=[_coding(KIND, entry.kind.value)],
        action=meaning.action,
        recorded=stamp(entry.at),
        outcome=meaning.outcome,
        outcomeDesc=entry.detail,
        purposeOfEvent=_purpose(entry),
        agent=[*_who(entry)],
        source=_source(origin),
        entity=[*_entities(logged.index, entry)],
    )


def _who(entry: Entry) -> Iterable[Json]:
    user = _text(entry.user)
    yield _filled(
        type=_concept(PARTICIPATION, "IRCP", "information recipient") if user else None,
        who={"identifier": _filled(system=_text(entry.issuer), value=user)}
        if user
        else {"display": "not a known user"},
        role=[{"text": _text(entry.role)}] if _text(entry.role) else None,
        requestor=True,
        purposeOfUse=_purpose(entry),
    )
    if organisation := _text(entry.organisation):
        on_behalf = {"text": "organisation of the user"}
        yield {
            "type": on_behalf,
            "who": {"type": "Organization", "identifier": {"value": organisation}},
            "requestor": False,
        }


def _entities(index: int, entry: Entry) -> Iterable[Json]:
    place = {"log-index": index, "document": entry.document, "policy": entry.policy_version}
    place |= {"matcher": entry.matcher_version, "count": entry.count, "tie": entry.tie}
    place |= {"risks": " ".join(entry.risks)}
    place |= {
        f"look-{name}": said for name, said in (entry.look.held if entry.look else {}).items()
    }
    place |= {"pruned": " ".join(f"{first}-{last}" for first, last in entry.pruned)}
    yield _filled(
        what={"identifier": {"value": entry.query_id}} if entry.query_id else None,
        type=_coding(BALP, "XrequestId") if entry.query_id else _coding(ENTITY_TYPE, "4", "Other"),
        detail=_details(place),
    )
    for pseudonym in entry.child_pseudonyms:
        yield {
            "what": {"identifier": {"system": "urn:teamaround:pseudonym", "value": pseudonym}},
            "type": _coding(ENTITY_TYPE, "1", "Person"),
            "role": _coding(ENTITY_ROLE, "1", "Patient"),
        }
    yield from (_agency(said, entry.kind.without_outcome) for said in entry.agencies)


def _agency(said: AuditedAgency, without: str) -> Json:
    withheld = (f"{w.release_class}:{w.reason}:{w.rule}" for w in said.withheld)
    details = {
        "outcome": said.outcome or without,
        "released": " ".join(said.released),
        "withheld": " ".join(withheld),
        "through": " ".join(map(str, said.through)),
    }
    agency = _text(said.agency)
    return _filled(
        what={"type": "Organization", "identifier": {"value": agency}} if agency else None,
        type=_coding(ENTITY_TYPE, "3", "Organization"),
        role=_coding(ENTITY_ROLE, "4", "Domain Resource"),
        detail=_details(details),
    )


def _source(origin: str) -> Json:
    return {
        "site": origin,
        "observer": {"display": "Team Around", "identifier": {"value": origin}},
        "type": [_coding(SOURCE_TYPE, "4", "Application Server")],
    }


def _purpose(entry: Entry) -> list[Json] | None:
    if entry.purpose is None:
        return None
    own = {"system": PURPOSE, "code": entry.purpose.value}
    standard = _REASONS.get(entry.purpose)
    more = [{"system": standard[0], "code": standard[1]}] if standard else []
    return [{"coding": [*more, own]}]


def _details(named: Mapping[str, object]) -> list[Json]:
    said = ((name, _text(None if value is None else str(value))) for name, value in named.items())
    return [{"type": name, "valueString": text} for name, text in said if text]


def _coding(system: str, code: str, display: str | None = None) -> Json:
    return _filled(system=system, code=code, display=display)


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [_coding(system, code, display)]}


def _text(text: str | None) -> str | None:
    """What FHIR's string holds of it: nothing where only spaces are left."""
    seen = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text or "").strip()
    return seen or None


def _filled(**values: Any) -> Json:
    # FHIR has no null, no empty string and no empty list.
    return {name: value for name, value in values.items() if value not in (None, "", [])}
