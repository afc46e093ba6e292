"""What servers and frameworks answer of themselves, none of which says that a child is not there.

An `absent` that is true of one of them takes a wrong address, a refused login or a failure for an
absent child. Each body is tried with each status that it may come with.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from adapters.conformance.example import recording_of
from adapters.conformance.recorded import RecordedAnswers
from adapters.conformance.replay import NotReplayable, Replies
from adapters.contract.contract import Malformed, NoRecord, Refused, Unavailable, WallClock
from adapters.expressions.xpath import SOAP_11, SOAP_12
from adapters.http.dialect import FoundDocuments
from adapters.http.login import FixedLogin
from adapters.http.operation import RestrictedReply
from adapters.http.source import HttpSource, Wire, source_over
from adapters.http.verdict import REFUSED
from adapters.kinds import DIALECTS
from adapters.manifest.manifest import Example, Manifest
from adapters.manifest.operation import Operation
from adapters.network.egress import Egress
from adapters.network.http_request import HttpAnswer

_STATUSES: Final = (200, 400, 401, 403, 404, 410, 422)
_NOT_FOUND: Final = {"title": "Not Found", "status": 404}
_JSON_BODIES: Final[Mapping[str, object]] = {
    "an empty object": {},
    "an error in a word": {"error": "not_found"},
    "an error object": {"error": {"code": 404, "message": "Not found", "status": "NOT_FOUND"}},
    "an unsuccessful envelope": {"success": False, "data": None, "message": "Not found"},
    "an empty envelope": {"status": "error", "result": None, "errors": ["Not found"]},
    "a problem (RFC 9457)": {"type": "about:blank", **_NOT_FOUND, "detail": "There is none."},
    "a .NET problem": {"type": "https://tools.ietf.org/html/rfc9110", **_NOT_FOUND, "traceId": "0"},
    "a .NET validation problem": {**_NOT_FOUND, "errors": {"upn": ["The value is not valid."]}},
    "a Django refusal": {"detail": "Not found."},
    "a Django login refusal": {"detail": "Authentication credentials were not provided."},
    "a FastAPI refusal": {"detail": "Not Found"},
    "a FastAPI validation error": {"detail": [{"loc": ["query", "upn"], "type": "missing"}]},
    "a Flask error": {"message": "The requested URL was not found on the server."},
    "a Spring error": {"timestamp": "0", "status": 404, "error": "Not Found", "path": "/pupils"},
    "an Express error": {"error": {"message": "Cannot GET /pupils", "status": 404}},
    "a Rails error": {"status": 404, "error": "Not Found"},
    "a Laravel error": {"message": "No query results for model.", "exception": "NotFound"},
    "an OData error": {
        "error": {"code": "ResourceNotFound", "message": "Not found.", "details": []}
    },
    "JSON:API errors": {"errors": [{"status": "404", "title": "Not found", "code": "404"}]},
    "JSON:API errors beside no data": {"data": None, "errors": [{"status": "500"}]},
    "GraphQL errors": {"errors": [{"message": "Not found", "path": ["person"]}]},
    "GraphQL errors beside no data": {"data": None, "errors": [{"message": "Timed out"}]},
    "GraphQL errors beside null": {
        "data": {"person": None, "people": None, "child": None},
        "errors": [{"message": "Denied", "path": ["person"]}],
    },
    "GraphQL values made null": {
        "data": {"person": None, "people": None, "child": None},
        "extensions": {"valueCompletion": [{"message": "Null", "path": ["person"]}]},
    },
    "a Kong gateway": {"message": "no Route matched with those values"},
    "an AWS gateway": {"message": "Forbidden"},
    "an AWS gateway without a route": {"message": "Not Found"},
    "an Azure gateway": {"statusCode": 404, "message": "Resource not found"},
    "an Apigee gateway": {"fault": {"faultstring": "Unable to identify proxy", "detail": {}}},
    "a SCIM error": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"},
    "a OneRoster error": {"imsx_codeMajor": "failure", "imsx_severity": "error"},
    "a FHIR exception": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "exception"}],
    },
    "a FHIR refusal": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "forbidden"}],
    },
    "a FHIR warning": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "code": "incomplete"}],
    },
}
_ENVELOPE: Final = '<e:Envelope xmlns:e="{}"><e:Body>{}</e:Body></e:Envelope>'
_DECIDING: Final = frozenset({"no-record", "restricted"})
_SORTED: Final = orjson.OPT_SORT_KEYS
_XML_BODIES: Final[Mapping[str, str]] = {
    "an empty envelope": "",
    "an envelope of another service": '<x:Pong xmlns:x="urn:other"/>',
    "a fault": "<e:Fault><faultcode>e:Client</faultcode><faultstring/></e:Fault>",
    "a fault of the server": "<e:Fault><faultcode>e:Server</faultcode><faultstring/></e:Fault>",
}


def taken_for_absence(manifest: Manifest, replies: Replies, clock: WallClock) -> Iterator[str]:
    """Each error body that an operation takes for "no such child" or for a restricted record.

    One that its own example records as such is the agency's way to say so.
    """
    dialect = DIALECTS.get(manifest.kind)
    if dialect is None:
        return
    nobody = RecordedAnswers(Malformed("empty"), {})
    wire = Wire(nobody, FixedLogin({}), Egress.of([manifest.source.base_url or ""]))
    source = source_over(manifest, dialect, wire, clock)
    for operation in manifest.operation:
        recorded = set(_recorded_answers(manifest, operation, replies))
        for name, answer in _answers(manifest.kind):
            if _said(answer) not in recorded and _decides(source, operation, answer):
                yield f"{name} with status {answer.status} ({operation.name})"


def _answers(kind: str) -> Iterator[tuple[str, HttpAnswer]]:
    if kind == "soap":
        for status in (200, 500):
            for name, body in _XML_BODIES.items():
                for namespace in (SOAP_11, SOAP_12):
                    written = _ENVELOPE.format(namespace, body).encode()
                    yield name, HttpAnswer(status, {"content-type": "text/xml"}, written)
        return
    for status in _STATUSES:
        for name, said in _JSON_BODIES.items():
            yield name, HttpAnswer(status, {"content-type": "application/json"}, orjson.dumps(said))


def _recorded_answers(
    manifest: Manifest, operation: Operation, replies: Replies
) -> Iterator[tuple[int, str]]:
    for example in manifest.example:
        if example.operation == operation.name and example.outcome in _DECIDING:
            answer = _recorded(manifest, example, replies)
            if answer is not None:
                yield _said(answer)


def _recorded(manifest: Manifest, example: Example, replies: Replies) -> HttpAnswer | None:
    try:
        answer = recording_of(manifest, example, replies).main
    except NotReplayable:
        return None
    return answer if isinstance(answer, HttpAnswer) else None


def _said(answer: HttpAnswer) -> tuple[int, str]:
    """What was answered, however it is spaced and in whatever order its members are."""
    try:
        return answer.status, repr(orjson.dumps(orjson.loads(answer.body), option=_SORTED))
    except orjson.JSONDecodeError:
        return answer.status, repr(answer.body)


def _decides(source: HttpSource, operation: Operation, answer: HttpAnswer) -> bool:
    compiled = source.operations[operation.name]
    if answer.status in REFUSED:
        return source.reader.restricted_in(compiled, answer) is not None
    judged = source.dialect.judge(answer, source.clock())
    if isinstance(judged, Refused | Unavailable | Malformed):
        return False
    found = source.reader.found(compiled, judged)
    if isinstance(found, FoundDocuments):
        found = source.reader.whole(compiled, judged, found)
    return isinstance(found, NoRecord | RestrictedReply)
