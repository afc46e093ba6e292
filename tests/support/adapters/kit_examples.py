"""Replies of a FHIR source that the kit's tests begin from."""

from tests.support.adapters.asking import manifest_text

FHIR = """
[health]
get = "/metadata"
[[operation]]
name = "by-number"
path = "/Patient/{nhs_number}"
absent = "status == `404` && body.issue[0].code == 'not-found'"
conclusive = true
as_of = "headers.date"
[operation.map]
record_id = "id"
family_name = "name[0].family"
birth_date = "birthDate"
[[operation.involvement]]
each = "generalPractitioner"
role = { value = "GP" }
[[release]]
classes = ["INVOLVEMENT"]
to = { sectors = ["HEALTH"], roles = ["practitioner"] }
purposes = ["SAFEGUARDING"]
until = 2030-01-01
[[example]]
operation = "by-number"
given = { nhs_number = "9990000018" }
reply = "patient.json"
expect = { family_name = "Hill" }
[[example]]
operation = "by-number"
given = { nhs_number = "9990000026" }
reply = "absent.json"
status = 404
outcome = "no-record"
"""
PATIENT = {
    "resourceType": "Patient",
    "id": "7",
    "name": [{"family": "Hill"}],
    "birthDate": "2015-03-09",
}
ABSENT = {"resourceType": "OperationOutcome", "issue": [{"code": "not-found"}]}
GOOD = manifest_text("fhir", "https://fhir.example", rest=FHIR).replace(
    '"01632 960001"', '"01632 960001", hours = "24/7"'
)
