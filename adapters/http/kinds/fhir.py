"""The kind `fhir`: R4 and STU3, single resources and searchset Bundles, references resolved."""

from typing import Any, Final

from adapters.contract.contract import Malformed, MoreNeeded, Unread
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import Readable
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.kinds.fhir_bundle import (
    Resources,
    TooMuchReferred,
    entries,
    has_next,
    is_failure,
    is_match,
    is_outcome,
    is_replaced,
    resources_of,
)
from adapters.http.kinds.fhir_doubts import doubts, warns
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.request import RequestParts, request_for
from adapters.http.verdict import JsonAnswer, judge
from adapters.manifest.placeholder import as_fhir
from adapters.mapping.beside.more import says_more
from adapters.mapping.beside.told import ToldBeside
from adapters.mapping.beside.trouble import says_trouble
from adapters.network.http_request import HttpRequest

# FHIR R4 and R5, Bundle; STU3 has no other.
_OF_A_BUNDLE: Final = frozenset(
    {
        *("resourceType", "id", "meta", "implicitRules", "language", "identifier", "type"),
        *("timestamp", "total", "link", "entry", "signature", "issues"),
    }
)


def found_in(answer: JsonAnswer, operation: HttpOperation) -> FoundDocuments | Malformed:
    """The Patients of a Bundle, or a Patient itself; a manifest's `records` may choose others.

    An OperationOutcome is never a record, whatever its status. Nor is a Patient that another has
    replaced: it says how things were before, and perhaps that nobody hides.
    """
    whole = _whole(answer.body)
    if isinstance(whole, Malformed):
        return whole
    documents = _documents(answer, operation.records, whole)
    if documents is None:
        return Malformed("records")
    total = _total(answer, operation.total, whole)
    if total is None:
        return Malformed("total")
    used = [one for one in documents if not is_replaced(one)]
    if documents and not used:
        return Malformed("replaced")
    documents = used
    if not documents and _uncounted(operation, whole):
        return FoundDocuments(documents, total, more=True, unread=Unread.UNSAID)
    return FoundDocuments(documents, total)


def more_in(answer: JsonAnswer, _beside: ToldBeside, received: int) -> bool | None:
    """Whether a Bundle has a next page, or states a total of more matches than came.

    Or a server, or what stands before it, says in words of its own that there are more.
    """
    total = answer.body.get("total")
    counted = isinstance(total, int) and not isinstance(total, bool) and total > received
    said = counted or has_next(answer.body) or says_more(_foreign(answer), received)
    return True if said else None


def doubts_in(answer: JsonAnswer, operation: HttpOperation, _beside: ToldBeside) -> bool:
    """Whether a Bundle warns that it is not all, or is not of what was searched for.

    Or something says so beside the standard: a cache's `Warning`, a member of no Bundle.
    """
    said = says_trouble(_foreign(answer), operation.verdicts)
    return said or doubts(answer.body, operation.operation)


def _foreign(answer: JsonAnswer) -> ToldBeside:
    """What an answer says in its headers, and in members that no Bundle has."""
    body = answer.body if answer.body.get("resourceType") == "Bundle" else {}
    foreign = {name: one for name, one in body.items() if name not in _OF_A_BUNDLE}
    return ToldBeside(answer.headers, foreign)


def items_in(answer: JsonAnswer, detail: HttpDetail) -> list[Any] | None:
    """The resources of a detail's Bundle, or what the manifest's `items` gives."""
    whole = _whole(answer.body)
    if isinstance(whole, Malformed) or warns(answer.body):
        return None
    if detail.items is not None:
        items = _read(detail.items, answer, whole)
        return items if isinstance(items, list) else None
    return _matches(whole) if _is_bundle(whole) else [whole]


def request_to(operation: HttpOperation, asking: RequestParts) -> HttpRequest | MoreNeeded:
    """A read or a search; what means something in a search parameter is escaped."""
    return request_for(operation.operation, asking, as_fhir)


FHIR = Dialect(
    "application/fhir+json, application/json;q=0.9",
    request_to,
    judge,
    found_in,
    items_in,
    more_in,
    doubts=doubts_in,
)


def _whole(body: dict[str, Any]) -> dict[str, Any] | Malformed:
    try:
        return _resolved(body)
    except TooMuchReferred:
        return Malformed("too_large")


def _resolved(body: dict[str, Any]) -> dict[str, Any] | Malformed:
    if is_outcome(body) or not isinstance(body.get("resourceType"), str):
        return Malformed("outcome")
    if not _is_bundle(body):
        return Resources([], {}).resolved(body)
    listed = entries(body)
    if body.get("type") != "searchset" or listed is None:
        return Malformed("bundle")
    if any(is_failure(entry["resource"]) for entry in listed):
        return Malformed("outcome")
    known = resources_of(listed)
    resolved = [{**entry, "resource": known.resolved(entry["resource"])} for entry in listed]
    return {**body, "entry": resolved}


def _is_bundle(body: dict[str, Any]) -> bool:
    return bool(body["resourceType"] == "Bundle")


def _matches(bundle: dict[str, Any]) -> list[Any]:
    return [entry["resource"] for entry in bundle["entry"] if is_match(entry)]


def _documents(
    answer: JsonAnswer, records: Readable | None, whole: dict[str, Any]
) -> list[Any] | None:
    if records is not None:
        chosen = _read(records, answer, whole)
        if not isinstance(chosen, list) or not all(isinstance(one, dict) for one in chosen):
            return None
        return None if any(is_outcome(one) for one in chosen) else chosen
    found = _matches(whole) if _is_bundle(whole) else [whole]
    patients = [resource for resource in found if resource.get("resourceType") == "Patient"]
    return None if found and not patients else patients


def _uncounted(operation: HttpOperation, whole: dict[str, Any]) -> bool:
    """Whether nothing says that there are none: a Bundle whose entries were lost looks the same."""
    return operation.total is None and _is_bundle(whole) and "total" not in whole


def _total(answer: JsonAnswer, total: Readable | None, whole: dict[str, Any]) -> int | None:
    # Bundle.total may be left out; then what came is all there is, unless a next link says more.
    stated = whole.get("total", 0) if _is_bundle(whole) else 0
    count = stated if total is None else _read(total, answer, whole)
    whole_number = isinstance(count, int) and not isinstance(count, bool)
    return count if whole_number and count >= 0 else None


def _read(expression: Readable, answer: JsonAnswer, whole: dict[str, Any]) -> Any:
    try:
        return expression.read({**answer.scope, "body": whole})
    except UnreadableError:
        return None
