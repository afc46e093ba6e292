"""What a gateway may count and time of itself, in names of ours alone.

A child, a person, a query and a place in the log have no way in: each method takes a name that the
code or the operator's files have, and numbers.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Final

SIGN_IN: Final = "sign-in"
DOCUMENT: Final = "document"
DECIDE: Final = "decide"
ADMIT: Final = "admit"
INTENT: Final = "intent"
ANSWER: Final = "answer"
RELEASE: Final = "release"
STAGES: Final = (SIGN_IN, DOCUMENT, DECIDE, ADMIT, INTENT, ANSWER, RELEASE)
OF_THE_CHILD: Final = frozenset({ANSWER, RELEASE})
"""The stages whose number or time may depend on the child."""
ONE_IN: Final = 20
QUESTIONS: Final = 20
EVERY_S: Final = 60.0
"""What may depend on a child is told of one question in so many, drawn by lot, and together with
so many questions and after so many seconds (docs/adr/0068)."""
PLAN: Final = "plan"
VARIABLES: Final = "variables"
IN_PARTS: Final = "parts"
UNCOMPILED: Final = "document"
FAILED_TO_WRITE: Final = "failed"
NO_REASON: Final = "none"
WHY_EXACT: Final = (IN_PARTS, UNCOMPILED, FAILED_TO_WRITE, NO_REASON)
"""Why an answer was written the exact way: it comes in parts, nothing is compiled for its document,
or what is compiled could not write it. What compiled code writes has no such reason."""
ANSWERED: Final = "answered"
FAILED: Final = "failed"
GONE: Final = "gone"

_NOT_TIMED: Final = nullcontext()


class Figures:
    """Hears what a gateway does; this one takes nothing down."""

    def began(self, traceparent: str | None) -> None:
        """A request begins in this context; `traceparent` is what it says of a trace of its own."""

    def stage(self, name: str) -> AbstractContextManager[None]:  # noqa: ARG002  nothing is kept
        """Times what is done within it, as one of STAGES."""
        return _NOT_TIMED

    def responded(self, result: str) -> None:
        """A request to `/graphql` is over: ANSWERED, FAILED, GONE, or the code of its refusal."""

    def took_place(self, change: int) -> None:
        """A request began to be served (1), or ended (-1)."""

    def answered(self, outcomes: Iterable[str]) -> None:
        """A question is over, with these outcomes, one of each agency in scope."""

    def went(self, what: str, *, compiled: bool) -> None:
        """PLAN or VARIABLES were had ready or by compiled code; or by the exact way.

        Which of them depends on the request alone.
        """

    def writes(self, why_exact: str | None = None) -> None:
        """An answer about children is to be written by compiled code, or the exact way.

        That is because it comes IN_PARTS, or its document is UNCOMPILED: the request alone decides.
        """

    def wrote_again(self) -> None:
        """Compiled code could not write an answer, which may be because of the child."""

    def called(self, source: str, went: str, seconds: float) -> None:
        """A source was called once; `went` is "ok", "failed" or "neutral"."""


NO_FIGURES: Final = Figures()
