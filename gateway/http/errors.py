"""How a request fails: statuses, and errors that say nothing of what was in it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from graphql import ExecutionResult, GraphQLError
from starlette.responses import Response

from gateway.http.request import Accepts
from gateway.model import events
from gateway.model.errors import (
    AskDifferently,
    LimitReached,
    NotAllowed,
    NotYetAvailable,
    SignIn,
    TeamAroundError,
    TryLater,
)

STATUS: Final[Mapping[type[TeamAroundError], int]] = {
    SignIn: 401,
    NotAllowed: 403,
    AskDifferently: 400,
    LimitReached: 429,
    TryLater: 503,
    NotYetAvailable: 501,
}
STATUS_OF_CODE: Final = {
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "BODY_TOO_LARGE": 413,
    "MEDIA_TYPE_UNSUPPORTED": 415,
}
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
INTERNAL_CODE: Final = "INTERNAL"
INTERNAL: Final = {
    "message": "the gateway failed here; its own log says more",
    "extensions": {"code": INTERNAL_CODE},
}
_NESTED: Final = ("incremental", "completed")
_BEFORE_GRAPHQL: Final = frozenset({*STATUS_OF_CODE, "BODY_INVALID"})


def refusal(error: TeamAroundError, wanted: Accepts) -> Response:
    """The response to a refused request: one error and no data."""
    status = STATUS_OF_CODE.get(error.code, STATUS[type(error)])
    if wanted.legacy and isinstance(error, AskDifferently) and error.code not in _BEFORE_GRAPHQL:
        status = 200
    response = as_json({"errors": error.told}, status, wanted)
    if isinstance(error, LimitReached):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, TryLater):
        response.headers["Retry-After"] = "1"
    if error.code == "METHOD_NOT_ALLOWED":
        response.headers["Allow"] = "POST"
    return response


def refusing(result: ExecutionResult) -> TeamAroundError | None:
    """Why the whole request is refused after all: nothing can be logged, or all fields refuse."""
    if not result.errors:
        return None
    causes = [each for error in result.errors if (each := _cause(error))]
    if later := [each for each in causes if isinstance(each, TryLater)]:
        return later[0]
    given = [value for value in (result.data or {}).values() if value is not None]
    return causes[0] if causes and not given else None


def _cause(error: GraphQLError) -> TeamAroundError | None:
    cause = error.original_error
    return cause if isinstance(cause, TeamAroundError) else None


def report(error: GraphQLError) -> None:
    """Say in the gateway's own log what failed, unless the caller is told."""
    if error.original_error and _cause(error) is None:
        events.failed(error.original_error)


def said(payload: Any) -> dict[str, Any]:
    """A payload whose every error is one of ours, or says only that something failed."""
    told = dict(payload)
    if "errors" in told:
        told["errors"] = [_error(error) for error in told["errors"]]
    for name in _NESTED:
        if name in told:
            told[name] = [said(item) for item in told[name]]
    return told


def codes(told: Mapping[str, Any]) -> Iterator[str]:
    """The code of each refusal in a payload that is told; what failed here is none."""
    for error in told.get("errors", ()):
        if (code := error["extensions"]["code"]) != INTERNAL_CODE:
            yield code
    for name in _NESTED:
        for item in told.get(name, ()):
            yield from codes(item)


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    known = "code" in (error.get("extensions") or {})
    told = {"message": error["message"], "extensions": error["extensions"]} if known else INTERNAL
    places = {name: error[name] for name in ("locations", "path") if error.get(name)}
    return {**told, **places}


def as_json(body: Mapping[str, Any], status: int, wanted: Accepts) -> Response:
    """A whole response in the media type that the client wants."""
    media_type = f"{wanted.media_type}; charset=utf-8"
    return Response(orjson.dumps(body), status, headers=HEADERS, media_type=media_type)
