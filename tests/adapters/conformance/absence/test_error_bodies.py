"""What a framework answers of itself is no absent child, whatever the manifest says."""

from datetime import UTC, datetime

import orjson
import pytest

from adapters.conformance.absence.error_bodies import taken_for_absence
from tests.support.adapters.asking import OWN_ROW, manifest_of, manifest_text

PUPIL = """
[[operation]]
name = "by-upn"
path = "/pupils/{upn}"
absent = "ABSENT"
records = "body.pupils"
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
[[example]]
operation = "by-upn"
given = { upn = "A1" }
reply = "absent.json"
status = 404
outcome = "no-record"
"""


def taken(absent: str, recorded: object = None, kind: str = "rest") -> list[str]:
    text = PUPIL.replace("ABSENT", absent)
    manifest = manifest_of(manifest_text(kind, "https://school.example", text))
    replies = {"absent.json": orjson.dumps(recorded)}
    return list(taken_for_absence(manifest, replies, lambda: datetime.now(UTC)))


@pytest.mark.parametrize(
    ("absent", "by"),
    [
        ("length(body.items || `[]`) == `0`", "an empty object"),
        ("body.child == `null`", "GraphQL errors"),
        ("status == `404` && body.detail != null", "a Django refusal"),
        ("status == `404` && body.message == 'Not Found'", "an AWS gateway without a route"),
        ("status == `404` && body.title == 'Not Found'", "a problem (RFC 9457)"),
        ("status == `404` && body.resourceType == 'OperationOutcome'", "a FHIR exception"),
        ("body.error.code == `404`", "an error object"),
        ("body.errors[0].status == '404'", "JSON:API errors"),
        ("body.success == `false`", "an unsuccessful envelope"),
    ],
)
def test_an_absence_that_an_error_body_satisfies_is_named(absent: str, by: str) -> None:
    assert any(one.startswith(by) and one.endswith("(by-upn)") for one in taken(absent))


@pytest.mark.parametrize(
    "absent",
    [
        "status == `404` && body.code == 'NO_SUCH_PUPIL'",
        "body.total == `0`",
        "status == `404` && body.issue[0].code == 'not-found'",
    ],
)
def test_an_absence_in_the_agencys_own_words_stands(absent: str) -> None:
    assert taken(absent) == []


def test_an_error_body_that_is_the_recorded_absence_is_the_agencys_way_to_say_so() -> None:
    absent = "status == `404` && body.detail == 'Not found.'"
    assert taken(absent)
    assert taken(absent, {"detail": "Not found."}) == []


def test_a_refusal_of_our_login_that_would_hide_every_child_is_named() -> None:
    hides = "status == `403` && body.message != null"
    text = PUPIL.replace('absent = "ABSENT"', f'restricted_reply = "{hides}"')
    text = manifest_text("rest", "https://school.example", text, OWN_ROW)
    found = list(taken_for_absence(manifest_of(text), {}, lambda: datetime.now(UTC)))
    assert "an AWS gateway with status 403 (by-upn)" in found
    assert not any("status 404" in one for one in found)
