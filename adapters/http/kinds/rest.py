"""The kind `rest`: JSON over HTTP, its records wherever the manifest's `records` says.

Of JSON:API it knows how a document names the resources that came with it.
"""

from adapters.contract.contract import Malformed, MoreNeeded
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.json_records import found_in, items_in, more_in
from adapters.http.kinds.json_api import put_included
from adapters.http.operation import HttpOperation
from adapters.http.request import RequestParts, request_for
from adapters.http.verdict import JsonAnswer, judge_document
from adapters.network.http_request import HttpRequest


def request_to(operation: HttpOperation, asking: RequestParts) -> HttpRequest | MoreNeeded:
    """Path, query and JSON body as the manifest has them."""
    return request_for(operation.operation, asking)


def find(answer: JsonAnswer, operation: HttpOperation) -> FoundDocuments | Malformed:
    """The records, each with what the manifest's `include` names of the resources that came."""
    found, names = found_in(answer, operation), operation.operation.include
    if names and isinstance(answer.body, dict) and not isinstance(found, Malformed):
        put_included(answer.body, found.documents, names)
    return found


REST = Dialect("application/json", request_to, judge_document, find, items_in, more_in)
