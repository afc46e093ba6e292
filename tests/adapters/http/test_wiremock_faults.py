"""Faults as WireMock, which none of us wrote, makes them: none is ever taken for an answer."""

from pathlib import Path
from typing import Any, Final

from adapters.contract.contract import Fault, Malformed, NoRecord, Reply, Unavailable
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.adapters.foreign_servers import wiremock

ABSENT: Final = {"status": 404, "jsonBody": {"code": "NO_SUCH_PUPIL"}}
JSON: Final = {"Content-Type": "application/json"}
STUBS: Final[dict[str, dict[str, Any]]] = {
    "absent": ABSENT,
    "absent-later": {**ABSENT, "fixedDelayMilliseconds": 300},
    "busy": {"status": 429, "headers": {"Retry-After": "7"}, "jsonBody": {"pupils": []}},
    "failed": {"status": 503, "headers": {"Retry-After": "3"}, "jsonBody": {"pupils": []}},
    "slow": {**ABSENT, "fixedDelayMilliseconds": 120_000},
    "drips": {**ABSENT, "chunkedDribbleDelay": {"numberOfChunks": 20, "totalDuration": 120_000}},
    "reset": {"fault": "CONNECTION_RESET_BY_PEER"},
    "empty": {"fault": "EMPTY_RESPONSE"},
    "torn": {"fault": "MALFORMED_RESPONSE_CHUNK"},
    "noise": {"fault": "RANDOM_DATA_THEN_CLOSE"},
}
PATIENT_S: Final = 30.0
IMPATIENT_S: Final = 1.0


def stub(name: str, response: dict[str, Any]) -> dict[str, Any]:
    told = {**response, "headers": {**JSON, **response.get("headers", {})}}
    return {"request": {"urlPath": f"/pupils/{name}"}, "response": told}


async def test_no_fault_that_wiremock_makes_is_an_answer(tmp_path: Path) -> None:
    replies: dict[str, Reply] = {}
    stubs = [stub(*one) for one in STUBS.items()]
    async with wiremock(stubs, tmp_path) as base, opened(manifest_text("rest", base)) as adapter:
        for name in STUBS:
            patience = IMPATIENT_S if name in {"slow", "drips"} else PATIENT_S
            replies[name] = await adapter.source.ask(question(timeout_s=patience, upn=name))
    assert replies.pop("absent") == NoRecord()
    assert replies.pop("absent-later") == NoRecord()
    assert replies.pop("busy") == Unavailable(Fault.BUSY, 7.0, status=429)
    assert replies.pop("failed") == Unavailable(Fault.SERVER_ERROR, 3.0, status=503)
    assert replies.pop("slow") == Unavailable(Fault.TIMED_OUT)
    assert replies.pop("drips") == Unavailable(Fault.TIMED_OUT)
    assert all(isinstance(one, Unavailable | Malformed) for one in replies.values()), replies
