"""FHIR resources as NHS systems write them: the pieces that R4 and STU3 have in common."""

from datetime import UTC, date, datetime
from typing import Any, Final

from aiohttp import web

from demo.population.people import Address, Carer, Child

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_RELATIONSHIPS = {"mother": "MTH", "father": "FTH", "stepfather": "STPFTH", "grandmother": "GRMTH"}
_ERROR = "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"

Resource = dict[str, Any]


def identifier(number: str) -> list[Resource]:
    """An NHS number, or nothing where none is held."""
    return [{"system": NHS_NUMBER, "value": number}]


def security(*, restricted: bool) -> Resource:
    """The confidentiality of a resource: U or R."""
    code, display = ("R", "restricted") if restricted else ("U", "unrestricted")
    return {"security": [{"system": _CONFIDENTIALITY, "code": code, "display": display}]}


def names(child: Child) -> list[Resource]:
    """The usual name, with a nickname and an earlier surname where there are any."""
    usual = {"use": "usual", "given": list(child.given), "family": child.family}
    found: list[Resource] = [usual]
    if child.known_as:
        found.append({"use": "nickname", "given": [child.known_as], "family": child.family})
    if child.former_family:
        found.append({"use": "old", "given": list(child.given), "family": child.former_family})
    return found


def address(home: Address) -> Resource:
    """A home, current where its period has no end."""
    return {
        "use": "old" if home.until else "home",
        "period": period(home.since, home.until),
        "line": [home.line, home.town],
        "postalCode": home.postcode,
    }


def period(start: date, end: date | None) -> Resource:
    """From `start`, until `end` if there is one."""
    return {"start": start.isoformat()} | ({"end": end.isoformat()} if end else {})


def phone(number: str) -> Resource:
    """A telephone at work."""
    return {"system": "phone", "value": number, "use": "work"}


def related_person(child: Child, carer: Carer, serial: int) -> Resource:
    """A parent or carer of a child."""
    coding = {
        "system": _RELATIONSHIP,
        "code": _RELATIONSHIPS[carer.relationship],
        "display": carer.relationship,
    }
    return {
        "resourceType": "RelatedPerson",
        "id": f"{child.ref}-{serial}",
        "active": True,
        "patient": {"reference": f"Patient/{child.nhs_number}"},
        "relationship": [{"coding": [coding]}],
        "name": [{"use": "usual", "given": [carer.given], "family": carer.family}],
        "telecom": [{"system": "phone", "value": carer.telephone, "use": "home"}],
    }


def bundle(base: str, resources: list[Resource], *, matches: int | None = None) -> Resource:
    """A searchset; `matches` counts without what is only included."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "total": len(resources) if matches is None else matches,
        "entry": [
            {
                "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
                "search": {"mode": "match" if matches is None or n < matches else "include"},
                "resource": one,
            }
            for n, one in enumerate(resources)
        ],
    }


def outcome(status: int, issue: str, code: str, display: str) -> web.Response:
    """An OperationOutcome of one issue; at 200 it is a remark, otherwise an error."""
    coding = {"system": _ERROR, "version": "1", "code": code, "display": display}
    body = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "information" if status == web.HTTPOk.status_code else "error",
                "code": issue,
                "details": {"coding": [coding]},
            }
        ],
    }
    return answer(body, status)


def answer(resource: Resource, status: int = 200) -> web.Response:
    """A resource as a response of the FHIR media type."""
    return web.json_response(resource, status=status, content_type="application/fhir+json")
