"""The kind `graphql`: one query with variables; an answer with any error in it proves nothing.

A router that makes null of what it may not pass on says so in its extensions alone.
"""

from datetime import datetime
from typing import Any, Final

from adapters.contract.contract import Failure, Fault, Malformed, MoreNeeded, Refused, Unavailable
from adapters.contract.frozen import replace
from adapters.http.dialect import Dialect
from adapters.http.json_records import found_in, items_in, more_in
from adapters.http.operation import HttpOperation
from adapters.http.request import RequestParts, entries, json_post, target
from adapters.http.verdict import JsonAnswer, judge
from adapters.network.http_request import HttpAnswer, HttpRequest

# What servers write into extensions.code; anything else is an answer that cannot be believed.
_BY_CODE: Final[dict[str, Failure]] = {
    "UNAUTHENTICATED": Refused(),
    "FORBIDDEN": Refused(),
    "INTERNAL_SERVER_ERROR": Unavailable(Fault.SERVER_ERROR),
    "SERVICE_UNAVAILABLE": Unavailable(Fault.SERVER_ERROR),
    "RATE_LIMITED": Unavailable(Fault.BUSY),
}


def request_to(operation: HttpOperation, asking: RequestParts) -> HttpRequest | MoreNeeded:
    """The manifest's document with its variables; one whose value is not known is left out."""
    manifest = operation.operation
    url = target(manifest, asking)
    said = entries(manifest.variables, asking.given, manifest.say)
    if isinstance(url, MoreNeeded):
        return url
    if isinstance(said, MoreNeeded):
        return said
    variables = {**said, **asking.turn}
    return json_post(url, asking, {"query": manifest.document, "variables": variables})


def judge_graphql(answer: HttpAnswer, now: datetime) -> JsonAnswer | Failure:
    """The answer, and its failure where it has errors or no data (GraphQL spec, section 7.1)."""
    found = judge(answer, now)
    if not isinstance(found, JsonAnswer):
        return found
    errors = found.body.get("errors")
    if errors is not None and errors != []:
        return replace(found, failure=_failure(errors))
    if _made_null(found.body.get("extensions")):
        return replace(found, failure=Malformed("errors"))
    whole = isinstance(found.body.get("data"), dict)
    return found if whole else replace(found, failure=Malformed("data"))


def _made_null(extensions: Any) -> bool:
    """Whether values were taken out of the data: Apollo Router's valueCompletion (its #2077)."""
    return isinstance(extensions, dict) and extensions.get("valueCompletion") not in (None, [])


def _failure(errors: Any) -> Failure:
    # Some of the data may have come too, but what is missing from it nobody can tell.
    codes = [_code(error) for error in errors] if isinstance(errors, list) else []
    known = [_BY_CODE[code] for code in codes if code in _BY_CODE]
    return known[0] if known and len(known) == len(codes) else Malformed("errors")


def _code(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return str(extensions.get("code")) if isinstance(extensions, dict) else ""


GRAPHQL = Dialect(
    "application/graphql-response+json, application/json;q=0.9",
    request_to,
    judge_graphql,
    found_in,
    items_in,
    more_in,
)
