"""What an agency's system can bear, as its manifest says."""

from typing import Annotated, Literal

from pydantic import Field

from adapters.manifest.measures import Bytes, PerSecond, Seconds
from adapters.manifest.table import Table

_LONGEST_CACHE_S = 10.0


class Retry(Table):
    """When the gateway asks once more; a source with effects is never asked twice.

    `on` are HTTP statuses, and in words what went wrong without one.
    """

    max: Annotated[int, Field(ge=0, le=3)] = 0
    on: frozenset[
        Annotated[int, Field(ge=400, le=599)]
        | Literal["connection", "busy", "server_error", "timed_out"]
    ] = frozenset({429, 502, 503, 504, "connection"})
    honour_retry_after: bool = True


class BreakerLimits(Table):
    """After `failures` in a row without an answer, nothing is sent for `open_for` seconds."""

    failures: Annotated[int, Field(ge=1, le=100)] = 5
    open_for: Seconds = 10.0


class Hedge(Table):
    """How many second requests are sent beside slow ones, as a `share` of the calls; none if 0.

    One is sent `after` so long, or some time after nearly all recent answers had come. A source
    with effects gets none.
    """

    share: Annotated[float, Field(ge=0, le=0.2)] = 0.0
    after: Seconds | None = None


class Limits(Table):
    """What the agency's system can take; the gateway never exceeds it."""

    timeout: Seconds = 2.0
    rate: PerSecond = 20.0
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    max_body: Bytes = 1024 * 1024
    max_records: Annotated[int, Field(ge=1, le=200)] = 20
    retry: Retry = Retry()
    breaker: BreakerLimits = BreakerLimits()
    hedge: Hedge = Hedge()
    cache: Annotated[Seconds, Field(le=_LONGEST_CACHE_S)] = 0.0
