"""Everything that goes wrong is a page that says what happened and what to do; never "nobody"."""

from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from console.asking.refusals import BrokenOff, GatewayAway, GatewayRefused
from console.pages.menu import NotForYou
from console.sign_in.errors import FormRefused, NotSignedIn, SignInFailed
from console.sign_in.forms import NOT_USED
from console.sign_in.session import SessionTooLarge

_UNKNOWN: Final = "This page says nothing about any child."
_SIGN_IN: Final = "Sign in"
_BEGIN_AGAIN: Final = "Sign in, then begin again: nothing of it was kept here."
_NOT_USED: Final = "This form was not used"
_OPEN_AGAIN: Final = "Open the page again, and fill in the form there."
_NOTHING: Final = "Nothing was asked or changed."
_FAILED: Final = "Something failed here."
_WHY: Final = {
    "nobody": "You are not signed in.",
    "idle": "You were signed out, because nothing was done here for a while.",
    "over": "Your sign-in is over.",
    "signed-out": "You were signed out.",
}

# What anybody may meet, a family too: these texts have a translation for each language.
SPOKEN: Final = (_SIGN_IN, *_WHY.values(), _BEGIN_AGAIN, _NOT_USED, *NOT_USED, _OPEN_AGAIN)


@dataclass(frozen=True, slots=True)
class PageProblem:
    """What a page of a problem says; `sign_in` offers to sign in."""

    status: int
    title: str
    sentences: tuple[str, ...]
    sign_in: bool = False
    code: str | None = None


def problem(error: Exception) -> PageProblem:
    """What to show for an error; of one that nobody foresaw, nothing of what it says."""
    match error:
        case NotSignedIn() | SignInFailed() | SessionTooLarge() | FormRefused():
            return _here(error)
        case GatewayRefused():
            return _refused(error)
        case GatewayAway():
            return PageProblem(503, "Nobody was asked", (str(error), _UNKNOWN, "Try again later."))
        case BrokenOff():
            return PageProblem(502, "The answer broke off", (str(error), _UNKNOWN, "Ask again."))
        case NotForYou() | HTTPException() | ClientDisconnect():
            return _no_page(error)
    return PageProblem(
        500, "Something failed", (_FAILED, _UNKNOWN, "Try again, and tell the operator.")
    )


def _no_page(error: Exception) -> PageProblem:
    """What leads to no page, or to none for this person."""
    match error:
        case NotForYou():
            return PageProblem(403, "This page is not for you", (str(error), _NOTHING))
        case HTTPException(status_code=404 | 405 as status):
            return PageProblem(status, "There is no such page", (_NOTHING,))
    return PageProblem(400, _NOT_USED, ("It cannot be read.", _NOTHING))


def _here(error: NotSignedIn | SignInFailed | SessionTooLarge | FormRefused) -> PageProblem:
    """What these pages refuse by themselves."""
    match error:
        case NotSignedIn():
            said = (_WHY[error.why], _BEGIN_AGAIN)
            return PageProblem(401, _SIGN_IN, said, sign_in=True)
        case FormRefused():
            return PageProblem(403, _NOT_USED, (str(error), _OPEN_AGAIN))
    return PageProblem(400, "You are not signed in", (str(error),), sign_in=True)


def _refused(error: GatewayRefused) -> PageProblem:
    waits = error.retry_after
    again = (f"Ask again in {waits} seconds.",) if waits else ()
    title = "Sign in again" if error.signs_out else "The gateway refused this"
    status = error.status if error.status >= 400 else 502  # noqa: PLR2004  a refusal is no success
    said = (error.sentence, *again, _UNKNOWN)
    return PageProblem(status, title, said, sign_in=error.signs_out, code=error.code)
