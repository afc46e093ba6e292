"""One request to the collector, and what it says of it: a closed set of results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import aiohttp
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from adapters.network.http_client import content_of, open_client
from adapters.network.name_lookup import NameLookup
from gateway.http.collector.access import CollectorAccess
from gateway.model.causes import cause_of

MOST_ANSWER: Final = 64 * 1024
_OK: Final = 200
_TAKEN: Final = range(200, 300)  # some say 202
_AGAIN: Final = frozenset({429, 502, 503, 504})  # as OTLP has it; nothing else is sent again


class Signal(Enum):
    """What is sent: its name is that of the path."""

    TRACES = "traces"
    METRICS = "metrics"


class SendResult(Enum):
    """What became of one request."""

    SENT = "sent"
    PARTLY = "partly"  # the collector took some of it
    REFUSED = "refused"  # it would be so again
    FAILED = "failed"  # it may be taken later


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """A result, with a cause for events: a status, or an error's type."""

    result: SendResult
    cause: str = ""


_ANSWERS: Final[Mapping[Signal, tuple[Callable[[], Any], str]]] = {
    Signal.TRACES: (ExportTraceServiceResponse, "rejected_spans"),
    Signal.METRICS: (ExportMetricsServiceResponse, "rejected_data_points"),
}


async def post(
    access: CollectorAccess, signal: Signal, body: bytes, patience_s: float
) -> SendOutcome:
    """Send it once, within `patience_s`; no redirect is followed and nothing of the answer is kept.

    Each request has a connection of its own: who asks seldom finds kept ones gone.
    """
    connector = aiohttp.TCPConnector(force_close=True, resolver=NameLookup(), ssl=access.trust())
    try:
        async with (
            open_client(MOST_ANSWER, timeout_s=patience_s, connector=connector) as client,
            client.post(
                f"{access.url}/v1/{signal.value}",
                data=body,
                headers={"Content-Type": "application/x-protobuf", **access.shown()},
                allow_redirects=False,
            ) as answer,
        ):
            said = await content_of(answer, MOST_ANSWER) if answer.status == _OK else b""
            return _outcome(signal, answer.status, said)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return SendOutcome(SendResult.FAILED, cause_of(error))


def _outcome(signal: Signal, status: int, said: bytes) -> SendOutcome:
    if status not in _TAKEN:
        again = status in _AGAIN
        return SendOutcome(SendResult.FAILED if again else SendResult.REFUSED, f"HTTP {status}")
    empty, rejected = _ANSWERS[signal]
    answer = empty()
    try:
        answer.ParseFromString(said)
    except DecodeError:  # the status says that it was taken
        return SendOutcome(SendResult.SENT)
    if getattr(answer.partial_success, rejected):
        return SendOutcome(SendResult.PARTLY, "partial success")
    return SendOutcome(SendResult.SENT)
