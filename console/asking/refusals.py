"""How asking the gateway fails: refused, broken off, or nobody there. None of it holds an input."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_ELSEWHERE: Final = "Something in front of the gateway refused this, or failed. Try again later."
_SIGN_IN: Final = 401
_FORBIDDEN: Final = 403
_ARGUMENT: Final = re.compile(r"^(?:[a-z][A-Za-z_.]*+: )+")


@dataclass(frozen=True, slots=True)
class WrongInput:
    """One input to correct: its place, such as `("known", "nhsNumber")`, and what to write."""

    path: tuple[str | int, ...]
    message: str


class GatewayRefused(Exception):
    """The gateway, or something in front of it, refused. `retry_after` is in seconds."""

    def __init__(
        self,
        status: int,
        errors: Sequence[Mapping[str, Any]] = (),
        retry_after: str | None = None,
    ) -> None:
        first = errors[0] if errors else {}
        super().__init__(str(first.get("message", _ELSEWHERE)))
        self.code = str(first.get("extensions", {}).get("code", "NOT_FROM_THE_GATEWAY"))
        # Where another field was answered, the status is one of success.
        self.status = _FORBIDDEN if self.code.endswith("_NOT_ALLOWED") else status
        self.retry_after = int(retry_after) if retry_after and retry_after.isdigit() else None
        self.inputs = tuple(
            WrongInput(tuple(path), str(each.get("message", "")))
            for each in errors
            if (path := each.get("extensions", {}).get("path"))
        )

    @property
    def sentence(self) -> str:
        """The gateway's words as a sentence of a page, without the name of the argument."""
        said = _ARGUMENT.sub("", str(self))
        return f"{said[:1].upper()}{said[1:].rstrip('.')}."

    @property
    def signs_out(self) -> bool:
        """Whether the person must sign in again before anything else helps."""
        return self.status == _SIGN_IN


class BrokenOff(Exception):
    """The answer ended before it was whole. What came is true; the rest is unknown."""

    def __init__(self) -> None:
        super().__init__("The answer broke off. What is not shown here is not known.")


class GatewayAway(Exception):
    """The gateway could not be reached, so nobody was asked."""

    def __init__(self) -> None:
        super().__init__("The gateway cannot be reached. Nobody was asked, and nothing is known.")
