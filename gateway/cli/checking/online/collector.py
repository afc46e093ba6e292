"""Whether an OpenTelemetry collector takes what the gateway would send."""

from collections.abc import Iterable
from typing import Final

import aiohttp

from gateway.cli.checking.online.findings import Finding, FindingState
from gateway.http.collector.access import CollectorAccess
from gateway.model.causes import cause_of

PART: Final = "collector.url"
_TAKEN: Final = range(200, 300)
_UNAUTHORISED: Final = frozenset({401, 403})
_REDIRECTS: Final = range(300, 400)
_SENT: Final = ("traces", "metrics")


async def look_at_collector(
    access: CollectorAccess, session: aiohttp.ClientSession
) -> Iterable[Finding]:
    """What it says of a request without a span and of one without a figure; none is left there."""
    for signal in _SENT:
        try:
            async with session.post(
                f"{access.url}/v1/{signal}",
                data=b"",
                headers={"Content-Type": "application/x-protobuf", **access.shown()},
                ssl=access.trust(),
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError) as error:
            what = f"cannot be reached ({cause_of(error)}): see whether it runs, and its authority"
            return [Finding(PART, FindingState.WARNING, f"{what}; questions are answered without")]
        if status not in _TAKEN:
            return [Finding(PART, FindingState.WARNING, f"{signal}: {_advice(status)}")]
    return [Finding(PART, FindingState.OK, "takes traces and metrics")]


def _advice(status: int) -> str:
    if status in _UNAUTHORISED:
        return f"the credential is not let in (HTTP {status}): put the right one in place"
    if status in _REDIRECTS:
        return f"it leads elsewhere (HTTP {status}): name the place itself, without /v1"
    return f"it does not take OTLP over HTTP (HTTP {status}): see its port and its pipelines"
