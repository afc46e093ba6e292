"""The cookies of the pages: `__Host-`, for this server alone, out of any script's reach."""

from typing import Final

from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

from console.sign_in.code_flow import LONGEST_S
from console.sign_in.session import Session, opened, sealed

_SESSION: Final = "__Host-teamaround-session"
_SIGNING_IN: Final = "__Host-teamaround-sign-in"


def session_of(request: Request, key: OctKey) -> Session | None:
    """The session that a browser brings, whether or not it still counts."""
    pieces: list[str] = []
    while (piece := request.cookies.get(f"{_SESSION}-{len(pieces)}")) is not None:
        pieces.append(piece)
    return opened(pieces, key) if pieces else None


def keep_session(request: Request, response: Response, session: Session, key: OctKey) -> None:
    """Have the browser keep the session until it is closed."""
    pieces = sealed(session, key)
    for number, piece in enumerate(pieces):
        _set(response, f"{_SESSION}-{number}", piece)
    _forget_from(request, response, len(pieces))


def forget_session(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    _forget_from(request, response, 0)


def keep_sign_in(response: Response, text: str) -> None:
    """Have the browser keep what a sign-in under way must be compared with."""
    _set(response, _SIGNING_IN, text, LONGEST_S)


def sign_in_of(request: Request) -> str:
    """What the browser kept of a sign-in under way."""
    return request.cookies.get(_SIGNING_IN, "")


def forget_sign_in(response: Response) -> None:
    """A sign-in under way is over, however it ended."""
    _forget(response, _SIGNING_IN)


def _forget_from(request: Request, response: Response, first: int) -> None:
    number = first
    while f"{_SESSION}-{number}" in request.cookies:
        _forget(response, f"{_SESSION}-{number}")
        number += 1


def _set(response: Response, name: str, text: str, max_age: int | None = None) -> None:
    response.set_cookie(
        name, text, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )


def _forget(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
