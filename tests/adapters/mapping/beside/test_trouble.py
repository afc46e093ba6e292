"""An empty list beside a word of trouble proves nothing; the usual words of systems are no such."""

from typing import Any

import pytest
from lxml import etree

from adapters.mapping.beside.told import ToldBeside
from adapters.mapping.beside.trouble import says_trouble

ANN = {"id": 1, "surname": "Hill", "warnings": ["allergy"], "status": "SUSPENDED", "hidden": True}
TROUBLED: list[dict[str, Any]] = [
    {"error": "Search index unavailable"},
    {"error": {"code": 17, "message": "no connection"}},
    {"errors": [{"status": "500"}]},
    {"errorCode": 17},
    {"errorCode": "ERR-17"},
    {"error": "The index cannot be searched just now; please ask again in some minutes"},
    {"meta": {"omitted": {"detail": "Some resources were omitted: insufficient authorization"}}},
    {"errorMessage": "Нет связи"},
    {"@odata.error": {"code": "x"}},
    {"@Core.Messages": [{"severity": "warning"}]},
    {"warnings": ["index rebuilding"]},
    {"extensions": {"warnings": [{"message": "a replica lags"}]}},
    {"success": False},
    {"ok": "false"},
    {"status": "ERROR"},
    {"status": "suspended", "message": "tenant suspended"},
    {"statusCode": 503},
    {"status": "500"},
    {"timed_out": True},
    {"terminated_early": True},
    {"_shards": {"total": 5, "successful": 3, "failed": 2}},
    {"hits": {"total": {"value": 1, "relation": "gte"}}},
    {"responseHeader": {"status": 0, "partialResults": True}},
    {"response": {"numFoundExact": False}},
    {"partial": True},
    {"maintenance": "true"},
    {"meta": {"omitted": {"detail": "insufficient authorization"}}},
    {"suppressed": 1},
    {"statusInfoSet": [{"imsx_codeMajor": "success", "imsx_severity": "warning"}]},
    {"imsx_codeMajor": "failure"},
    {"hasErrors": True},
    {"is_degraded": 1},
    {"stale": "Y"},
    {"IsSuccessful": 0},
    {"completed": "no"},
    {"authenticated": False},
    {"resultCode": "ERR_TIMEOUT"},
    {"data": {"people": {"__typename": "SearchTimedOut", "nodes": []}}},
    {"data": {"people": {"__typename": "Permission_Denied", "nodes": []}}},
    {"data": {"people": {"__typename": "PartialResult", "nodes": []}}},
    {"jobStatus": "COMPLETED_WITH_ERRORS"},
    {"state": "in progress"},
    {"unavailableSources": ["east"]},
    {"message": "The search timed out; results may be incomplete"},
    {"info": ["The index is being rebuilt"]},
    {"detail": "Some records have been withheld"},
    {"meta": {"messages": [{"type": "ERROR", "text": "?"}]}},
]
WELL: list[dict[str, Any]] = [
    {},
    {"error": None, "errors": [], "warnings": [], "errorMessage": ""},
    {"error": {"code": 0, "message": None}},
    {"errorCode": "0000", "error": "none"},
    {"success": True, "ok": "true", "status": "OK", "statusCode": 200},
    {"timed_out": False, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0}},
    {"hits": {"total": {"value": 1, "relation": "eq"}, "max_score": None}},
    {"responseHeader": {"status": 0, "QTime": 1}, "response": {"numFoundExact": True}},
    {"statusInfoSet": [{"imsx_codeMajor": "success", "imsx_severity": "status"}]},
    {"extensions": {"tracing": {"duration": 500}}},
    {"others": [{"error": "of somebody else's record"}]},
    {"hasErrors": False, "is_degraded": 0, "completed": "yes", "timeout": 30},
    {"resultCode": "NO_ERRORS", "message": "No child with this number", "detail": "0 found"},
    {"unavailableSources": [], "type": "searchset", "level": "info"},
    {"message": "Complete. Nobody was found in time of day 09:00"},
]


@pytest.mark.parametrize("beside", TROUBLED, ids=str)
def test_a_system_in_trouble_is_heard(beside: dict[str, Any]) -> None:
    assert says_trouble(ToldBeside({}, {"pupils": [], **beside}))


@pytest.mark.parametrize("beside", WELL, ids=str)
def test_a_system_that_is_well_is_believed(beside: dict[str, Any]) -> None:
    assert not says_trouble(ToldBeside({}, {"pupils": [], **beside}))


def test_what_a_record_says_of_its_child_is_no_trouble_of_the_system() -> None:
    assert not says_trouble(ToldBeside({}, {"pupil": ANN}, [ANN]))


def test_a_word_that_the_manifest_reads_itself_is_left_to_it() -> None:
    answer = {"error": "NOT_FOUND", "status": "ok"}
    read = ["status == `404` && body.error == 'NOT_FOUND'"]
    assert not says_trouble(ToldBeside({}, answer), read)


def test_the_status_of_http_is_not_the_word_of_the_body() -> None:
    read = ["status == `404` && body.code == 'NO_SUCH_CHILD'"]
    assert says_trouble(ToldBeside({}, {"status": "ERROR"}), read)


@pytest.mark.parametrize(
    ("warning", "troubled"),
    [('110 - "Response is Stale"', True), ('199 - "partial"', True), ('299 - "old API"', False)],
)
def test_a_cache_that_warns_is_heard(warning: str, *, troubled: bool) -> None:
    assert says_trouble(ToldBeside({"warning": warning}, {"pupils": []})) is troubled


@pytest.mark.parametrize(
    ("name", "value", "troubled"),
    [
        ("proxy-status", "cdn; error=connection_timeout", True),
        ("proxy-status", "cdn; received-status=200", False),
        ("cache-status", "cdn; hit; ttl=-300", True),
        ("cache-status", "cdn; hit; ttl=300", False),
        ("grpc-status", "14", True),
        ("grpc-status", "0", False),
        ("refresh", "0; url=/sign-in", True),
        ("www-authenticate", "Bearer", True),
        ("www-authenticate", "Negotiate oYG2MIGz", False),
        ("retry-after", "10", True),
        ("x-degraded", "1", True),
        ("odata-error", "busy", True),
    ],
)
def test_a_header_that_tells_of_a_failure_is_heard(
    name: str, value: str, *, troubled: bool
) -> None:
    assert says_trouble(ToldBeside({name: value}, {"pupils": []})) is troubled


@pytest.mark.parametrize(
    ("beside", "troubled"),
    [
        ("<Error>database down</Error>", True),
        ("<ErrorCode>17</ErrorCode>", True),
        ("<Success>false</Success>", True),
        ("<Warnings><Warning>partial</Warning></Warnings>", True),
        ("<Error/><ErrorCode>0</ErrorCode><Success>true</Success>", False),
    ],
)
def test_an_envelope_in_trouble_is_heard(beside: str, *, troubled: bool) -> None:
    root = etree.fromstring(f"<Found><Count>0</Count>{beside}</Found>")
    assert says_trouble(ToldBeside({}, root)) is troubled
