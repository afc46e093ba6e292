"""What an HTTP agency of each kind says when it is well: the ground that every fault stands on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from tests.gateway.agencies import BY_NUMBER, MIRA, NATIONAL, RESTRICTED, SourceFile, rest_source

NHS: Final = "https://fhir.nhs.uk/Id/nhs-number"
ANOTHER: Final[Mapping[str, Any]] = {
    **MIRA,
    "id": "p-2",
    "nhs": "9000000017",
    "upn": "Z820200001002",
    "family": "Zqmarkerson",
    "given": "Otto",
    "born": "2014-05-06",
}
_FHIR = """
[identify]
nhs_number = "{system}"
[[operation]]
name = "by-number"
{request}
conclusive = {conclusive}
as_of = "headers.\\"x-as-at\\""
  [operation.map]
  record_id = "id"
  family_name = "name[0].family"
  given_names = "name[0].given"
  birth_date = {{ path = "birthDate", as = "date" }}
  {restricted}
  [[operation.involvement]]
  each = "contact"
  practitioner = "name.text"
"""
_READ = """path = "/Patient/{nhs_number}"
absent = "status == `404` && body.issue[0].details.coding[0].code == 'RESOURCE_NOT_FOUND'\""""
_SEARCH = f"""path = "/Patient"
query = {{ identifier = "{NHS}|{{nhs_number}}" }}"""


class SourceAt(Protocol):
    """Makes a source at a URL, its key conclusive or not."""

    def __call__(self, source_id: str, url: str, *, conclusive: bool) -> SourceFile: ...


@dataclass(frozen=True, slots=True)
class Speech:
    """One kind's words: how it says a child, several children, and that there is none.

    `source` makes the manifest of a source at a URL, given whether its key is conclusive.
    """

    kind: str
    media_type: str
    child: Callable[[Mapping[str, Any]], dict[str, Any]]
    children: Callable[[int], dict[str, Any]]
    nobody: tuple[int, dict[str, Any]]
    wrong_types: tuple[dict[str, Any], ...]
    source: SourceAt

    def found(self, child: Mapping[str, Any] = MIRA) -> bytes:
        """The body that says this child."""
        return json.dumps(self.child(child)).encode()


def _listed(child: Mapping[str, Any]) -> dict[str, Any]:
    return {"children": [child], "total": 1}


def _rest(source_id: str, url: str, *, conclusive: bool) -> SourceFile:
    name, query, _ = BY_NUMBER
    by = ((name, query, conclusive),)
    return rest_source(source_id, url, by=by, claims=NATIONAL, says_restricted=True)


def _patient(child: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": child["id"],
        "meta": {"security": [{"code": child["restricted"]}]},
        "identifier": [{"system": NHS, "value": child["nhs"]}],
        "name": [{"use": "usual", "family": child["family"], "given": [child["given"]]}],
        "birthDate": child["born"],
        "contact": [{"name": {"text": worker["name"]}} for worker in child["workers"]],
    }


def _bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(entries),
        "entry": entries,
    }


def _fhir(request: str, source_id: str, url: str, *, conclusive: bool) -> SourceFile:
    restricted = RESTRICTED.replace('"restricted", codes', '"meta.security[0].code", codes')
    operations = _FHIR.format(
        system=NHS, request=request, conclusive=str(conclusive).lower(), restricted=restricted
    )
    base = f'base_url = "{url}"'
    return SourceFile(source_id, "fhir", base, operations, (url,), claims=NATIONAL)


_NO_PATIENT = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "details": {"coding": [{"code": "RESOURCE_NOT_FOUND"}]}}],
}

REST: Final = Speech(
    kind="rest",
    media_type="application/json",
    child=_listed,
    children=lambda n: {"children": [{**MIRA, "id": f"p-{i}"} for i in range(n)], "total": n},
    nobody=(404, {"code": "NO_SUCH_CHILD"}),
    wrong_types=(
        {"children": "zqmarker", "total": 0},
        {"children": {"zqmarker": 1}, "total": 0},
        {"children": ["zqmarker"], "total": 1},
        {"children": [], "total": "zqmarker"},
        {"children": [], "total": None},
        {"children": [{**MIRA, "nhs": {"zqmarker": 1}}], "total": 1},
        {"children": [{**MIRA, "born": ["zqmarker"]}], "total": 1},
        {"children": [{"zqmarker": 1}], "total": 1},
        {},
    ),
    source=_rest,
)
FHIR_R4: Final = Speech(
    kind="FHIR R4",
    media_type="application/fhir+json",
    child=_patient,
    children=lambda n: _bundle(*(_patient({**MIRA, "id": f"p-{i}"}) for i in range(n))),
    nobody=(404, _NO_PATIENT),
    wrong_types=(
        {**_patient(MIRA), "identifier": "zqmarker"},
        {**_patient(MIRA), "birthDate": {"zqmarker": 1}},
        {**_patient(MIRA), "name": [{"family": ["zqmarker"]}]},
        {**_patient(MIRA), "identifier": [{"system": NHS, "value": ["zqmarker"]}]},
        {**_patient(MIRA), "identifier": [7]},
        {**_patient(MIRA), "resourceType": ["Patient"]},
        {"resourceType": "Zqmarker", "id": "p-1"},
        {**_NO_PATIENT, "issue": [{"severity": "fatal", "diagnostics": "zqmarker"}]},
        {},
    ),
    source=partial(_fhir, _READ),
)
FHIR_STU3: Final = Speech(
    kind="FHIR STU3",
    media_type="application/json+fhir",
    child=lambda child: _bundle(_patient(child)),
    children=lambda n: _bundle(*(_patient({**MIRA, "id": f"p-{i}"}) for i in range(n))),
    nobody=(200, _bundle()),
    wrong_types=(
        {**_bundle(), "entry": "zqmarker"},
        {**_bundle(), "entry": [{"zqmarker": 1}]},
        {**_bundle(), "type": "batch-response"},
        {**_bundle(), "total": "zqmarker"},
        {**_bundle(), "resourceType": "Parameters"},
        _bundle({**_patient(MIRA), "identifier": [{"system": NHS, "value": True}]}),
        _bundle({"resourceType": "Practitioner", "id": "zqmarker"}),
        _bundle({**_NO_PATIENT, "issue": [{"severity": "error", "diagnostics": "zqmarker"}]}),
        _NO_PATIENT,
    ),
    source=partial(_fhir, _SEARCH),
)
SPEECHES: Final = (REST, FHIR_R4, FHIR_STU3)
