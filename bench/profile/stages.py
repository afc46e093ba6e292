"""The stages of a question, and which code belongs to which.

A stage has rooms of ours and libraries that only it uses. Whatever is in no stage, such as a
library that several use or the values that rooms exchange, counts for whoever called it.
"""

from collections.abc import Mapping
from functools import cache
from opcode import opmap
from types import FrameType
from typing import Final

CLIENT: Final = "HTTP client"
REQUEST: Final = "request, headers, judging the reply"
SIGNATURE: Final = "signature"
CALL: Final = "orchestration of a call"
MAPPING: Final = "decoding, mapping"
GRADING: Final = "grading"
STITCHING: Final = "stitching"
RELEASE: Final = "release and view"
WRITING: Final = "rows, completeness, writing"
PLAN: Final = "plan, documents, variables, policy"
LOG: Final = "both log entries"
SERVER: Final = "server, endpoint, loop"
QUOTAS: Final = "quotas, sign-in, notes"
STAGES: Final = (
    CLIENT,
    REQUEST,
    SIGNATURE,
    CALL,
    MAPPING,
    GRADING,
    STITCHING,
    RELEASE,
    WRITING,
    PLAN,
    LOG,
    SERVER,
    QUOTAS,
)
# By the longest name that a module begins with.
ROOMS: Final[Mapping[str, str | None]] = {
    "aiohttp": CLIENT,
    "yarl": CLIENT,
    "adapters": REQUEST,
    "adapters.contract": None,
    "adapters.manifest": None,
    "adapters.expressions": MAPPING,
    "adapters.mapping": MAPPING,
    "adapters.network": CLIENT,
    "adapters.network.egress": REQUEST,
    "adapters.network.http_request": REQUEST,
    "adapters.network.signature": SIGNATURE,
    "adapters.http.exchange": CLIENT,
    "resolvers": GRADING,
    "resolvers.child": STITCHING,
    "resolvers.outcome": WRITING,
    "resolvers.release": RELEASE,
    "gateway": None,
    "gateway.audit": LOG,
    "gateway.cli": SERVER,
    "gateway.fanout": CALL,
    "gateway.graphql": PLAN,
    "gateway.graphql.child": WRITING,
    "gateway.graphql.types": WRITING,
    "gateway.http": SERVER,
    "gateway.identity": QUOTAS,
    "gateway.oversight": QUOTAS,
    "gateway.policy": PLAN,
    "gateway.questions": PLAN,
    "gateway.questions.access_flags": QUOTAS,
    "gateway.questions.agency_row": WRITING,
    "gateway.questions.finder": GRADING,
    "gateway.questions.findings": GRADING,
    "gateway.questions.onward": CALL,
    "gateway.questions.projection": WRITING,
    "gateway.questions.question": CALL,
    "gateway.questions.release": RELEASE,
    "gateway.questions.resolver": GRADING,
    "gateway.questions.shield": GRADING,
    "gateway.questions.teaching": CALL,
    "gateway.questions.waves": CALL,
    "gateway.questions.wording": WRITING,
    "gateway.registry": PLAN,
    "starlette": SERVER,
    "uvicorn": SERVER,
}
_RESUME: Final = opmap["RESUME"]


@cache
def stage_of(module: str) -> str | None:
    """The stage of a module's code, or None where it counts for whoever called it."""
    parts = module.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((ROOMS[name] for name in names if name in ROOMS), None)


def stage_at(frame: FrameType | None) -> str:
    """The stage that runs in `frame`: that of the nearest code, outwards, that has one.

    Python looks at signals where a function begins, among other places. What took the time until
    then is whatever called the function: compiled code, most often the event loop.
    """
    if frame is not None and _has_just_begun(frame):
        frame = frame.f_back
    while frame is not None:
        stage = stage_of(frame.f_globals.get("__name__", ""))
        if stage is not None:
            return stage
        frame = frame.f_back
    return SERVER


def _has_just_begun(frame: FrameType) -> bool:
    return frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == _RESUME
