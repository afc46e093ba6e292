"""FHIR when it is well: R4 by a read, STU3 by a search."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from tests.support.agencies import MIRA, NATIONAL, RESTRICTED, SourceFile
from tests.support.faults.speech import ANOTHER, DEEP_JSON, MARKER, Speech, many, written

NHS: Final = "https://fhir.nhs.uk/Id/nhs-number"
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


def _fhir(request: str, source_id: str, url: str, *, conclusive: bool) -> SourceFile:
    restricted = RESTRICTED.replace('"restricted", codes', '"meta.security[].code", codes')
    operations = _FHIR.format(
        system=NHS, request=request, conclusive=str(conclusive).lower(), restricted=restricted
    )
    base = f'base_url = "{url}"'
    return SourceFile(source_id, "fhir", base, operations, (url,), claims=NATIONAL)


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


def _patients(count: int) -> bytes:
    return written(_bundle(*map(_patient, many(count))))


_NO_PATIENT: Final = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "details": {"coding": [{"code": "RESOURCE_NOT_FOUND"}]}}],
}
_BOMBS: Final = (DEEP_JSON, b"[" * 100_000)
FHIR_R4: Final = Speech(
    kind="FHIR R4",
    media_type="application/fhir+json",
    child=lambda child: written(_patient(child)),
    children=_patients,
    nobody=(404, written(_NO_PATIENT)),
    wrong_types=tuple(
        written(wrong)
        for wrong in (
            {**_patient(MIRA), "identifier": MARKER},
            {**_patient(MIRA), "birthDate": {MARKER: 1}},
            {**_patient(MIRA), "name": [{"family": [MARKER]}]},
            {**_patient(MIRA), "identifier": [{"system": NHS, "value": [MARKER]}]},
            {**_patient(MIRA), "identifier": [7]},
            {**_patient(MIRA), "resourceType": ["Patient"]},
            {"resourceType": "Zqmarker", "id": "p-1"},
            {**_NO_PATIENT, "issue": [{"severity": "fatal", "diagnostics": MARKER}]},
            {},
        )
    ),
    padded=written({**_patient(ANOTHER), "padding": MARKER * 20_000}),
    bombs=_BOMBS,
    source=partial(_fhir, _READ),
)
FHIR_STU3: Final = Speech(
    kind="FHIR STU3",
    media_type="application/json+fhir",
    child=lambda child: written(_bundle(_patient(child))),
    children=_patients,
    nobody=(200, written(_bundle())),
    wrong_types=tuple(
        written(wrong)
        for wrong in (
            {**_bundle(), "entry": MARKER},
            {**_bundle(), "entry": [{MARKER: 1}]},
            {**_bundle(), "type": "batch-response"},
            {**_bundle(), "total": MARKER},
            {**_bundle(), "resourceType": "Parameters"},
            _bundle({**_patient(MIRA), "identifier": [{"system": NHS, "value": True}]}),
            _bundle({"resourceType": "Practitioner", "id": MARKER}),
            _bundle({**_NO_PATIENT, "issue": [{"severity": "error", "diagnostics": MARKER}]}),
            _NO_PATIENT,
        )
    ),
    padded=written({**_bundle(_patient(ANOTHER)), "padding": MARKER * 20_000}),
    bombs=_BOMBS,
    source=partial(_fhir, _SEARCH),
)
