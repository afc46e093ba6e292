"""The kind `rest`: JSON over HTTP, its records wherever the manifest's `records` says."""

from adapters.contract.contract import MoreNeeded
from adapters.http.dialect import Dialect
from adapters.http.json_records import found_in, items_in, more_in
from adapters.http.operation import HttpOperation
from adapters.http.request import RequestParts, request_for
from adapters.http.verdict import judge
from adapters.network.http_request import HttpRequest


def request_to(operation: HttpOperation, asking: RequestParts) -> HttpRequest | MoreNeeded:
    """Path, query and JSON body as the manifest has them."""
    return request_for(operation.operation, asking)


REST = Dialect("application/json", request_to, judge, found_in, items_in, more_in)
