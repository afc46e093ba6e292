"""One error tree, grouped by what the caller does next; one table of GraphQL codes.

TeamAroundError
+-- SignIn            present another token
+-- NotAllowed        ask somebody who may, or for another purpose
+-- AskDifferently    change the request as the message says
+-- TooMany           nothing was disclosed; ask less, and again after so many seconds
+-- TryLater          nothing was disclosed; ask again
+-- NotYetAvailable   promised in the schema, not served by this version
ConfigurationInvalid  the gateway does not start: the operator changes what the message names
+-- ServiceAway       it does not start now: what the message names is away, and may come back

Only the HTTP stage knows statuses. A message names what to change and never
repeats a value that came with the request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

InputPath = tuple[str | int, ...]
_MOST_TOLD: Final = 50


class TeamAroundError(Exception):
    """An expected failure with a code that clients can rely on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def extensions(self) -> dict[str, Any]:
        """What GraphQL's error carries beside the message."""
        return {"code": self.code}

    @property
    def told(self) -> tuple[dict[str, Any], ...]:
        """The GraphQL errors of a response that is refused for this: at least one."""
        return ({"message": self.message, "extensions": self.extensions},)


class SignIn(TeamAroundError):
    """The token is missing, wrong or too old; `issuer` is whose it proved to be, if that is known.

    It is for the log alone.
    """

    def __init__(self, code: str, message: str, issuer: str | None = None) -> None:
        super().__init__(code, message)
        self.issuer = issuer


class NotAllowed(TeamAroundError):
    """The caller is known and may not do this."""


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit by its setting's name, what was counted, and the most that is allowed.

    Counting ends where the limit is passed, so that `found` may be less than there is.
    """

    limit: str
    found: int
    max: int


class AskDifferently(TeamAroundError):
    """The request cannot be answered as it stands.

    `path` leads from a variable's name to the input to change, if it is one; `exceeded` is the
    limit, if it is one. `at` are lines and columns of the document, counted from 1. `others` are
    further inputs to change.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        path: InputPath = (),
        exceeded: Exceeded | None = None,
        at: Sequence[tuple[int, int]] = (),
    ) -> None:
        super().__init__(code, message)
        self.path = path
        self.at = tuple(at)
        self.exceeded = exceeded
        self.others: tuple[AskDifferently, ...] = ()

    @property
    def extensions(self) -> dict[str, Any]:
        """The code, and the path of an input or the figures of a limit."""
        limit = self.exceeded
        figures = {"limit": limit.limit, "found": limit.found, "max": limit.max} if limit else {}
        path = {"path": list(self.path)} if self.path else {}
        return {"code": self.code, **path, **figures}

    @property
    def told(self) -> tuple[dict[str, Any], ...]:
        """An error for each input to change."""
        (own,) = super().told
        places = [{"line": line, "column": column} for line, column in self.at]
        first = {**own, "locations": places} if places else own
        return (first, *(error for other in self.others for error in other.told))

    def again(self) -> "AskDifferently":
        """The same refusal of a later request, without what the first one left in memory."""
        same = AskDifferently(
            self.code, self.message, path=self.path, exceeded=self.exceeded, at=self.at
        )
        same.others = self.others
        return same

    def named(self, variables: Mapping[str, str]) -> Self:
        """The same with paths that begin with a variable, by the argument that it is sent for."""
        for each in self._every:
            if each.path:
                first, *rest = each.path
                each.path = (variables.get(str(first), first), *rest)
        return self

    @property
    def _every(self) -> "tuple[AskDifferently, ...]":
        return (self, *self.others)

    def of_item(self, index: int) -> Self:
        """The same about the item at `index` of the input that its path begins with."""
        for each in self._every:
            each.path = (*each.path[:1], index, *each.path[1:])
        return self


def all_at_once(errors: Sequence[AskDifferently]) -> AskDifferently:
    """The first of them, with the rest as its others, at most fifty; there is at least one."""
    first, *rest = (each for error in errors for each in (error, *error.others))
    first.others = tuple(rest[: _MOST_TOLD - 1])
    return first


def gathered(*checks: Callable[[], Any]) -> list[Any]:
    """What each check gives; AskDifferently says everything to change, and not the first alone."""
    found, wrong = [], []
    for check in checks:
        try:
            found.append(check())
        except AskDifferently as error:
            wrong.append(error)
    if wrong:
        raise all_at_once(wrong)
    return found


class LimitReached(TeamAroundError):
    """The caller, or their organisation, has asked as much as they may for now."""

    def __init__(self, code: str, message: str, retry_after_s: int) -> None:
        super().__init__(code, message)
        self.retry_after_s = retry_after_s

    @property
    def extensions(self) -> dict[str, Any]:
        """The code, and in how many seconds to ask again."""
        return {"code": self.code, "retryAfter": self.retry_after_s}


class TryLater(TeamAroundError):
    """The gateway cannot serve now, and so discloses nothing."""


class NotYetAvailable(TeamAroundError):
    """A promised name whose feature this version does not have."""


@dataclass(frozen=True, slots=True, order=True)
class ConfigurationFault:
    """One thing for the operator to change.

    `file` is "" where it is in none, `line` counts from 1 and is 0 where it is at none, `key` is
    dotted as in TOML, or a variable's name; `what` says what to do, and never what stands there.
    """

    what: str
    file: str = ""
    line: int = 0
    key: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return ": ".join(part for part in (place, self.key, self.what) if part)


class ConfigurationInvalid(Exception):
    """A settings, operator or manifest file cannot be used; the message says what to change."""

    def __init__(self, *faults: ConfigurationFault | str) -> None:
        self.faults = tuple(
            each if isinstance(each, ConfigurationFault) else ConfigurationFault(each)
            for each in faults
        )
        super().__init__("\n".join(map(str, self.faults)))


class ServiceAway(ConfigurationInvalid):
    """A service, a disk or a port that a start needs is not to be had now: start again later."""


CODES: Final = {
    "UNAUTHENTICATED": "The token is missing, malformed, expired or not signed by a known issuer.",
    "ISSUER_OUT_OF_BOUNDS": "The token's issuer says more about its person than it may.",
    "TOKEN_LASTS_TOO_LONG": "The token is valid for more than twelve hours from now.",
    "NO_HUMAN": "The token names no person; nothing is asked of an agency without one.",
    "PROOF_INVALID": "The token is bound to a key, and the request does not prove that it holds"
    " it.",
    "SIGN_IN_AGAIN": "Break-glass needs a sign-in of the last fifteen minutes.",
    "REVOKED": "The caller, their organisation or role, or the token was revoked.",
    "PURPOSE_NOT_ENTITLED": "The token does not entitle its holder to this purpose.",
    "BREAK_GLASS_INVALID": "The grant is another user's or child's, or has ended.",
    "BREAK_GLASS_SUSPENDED": "An earlier use of break-glass waits for its review.",
    "BREAK_GLASS_UNAVAILABLE": "The gateway could reach no privacy officer, so there is no"
    " break-glass.",
    "REVIEW_NOT_ALLOWED": "Neither the user nor their manager reviews an access.",
    "REVIEW_INVALID": "The entry waits for no review, or there is no note.",
    "BULK_NOT_ALLOWED": "Only a role that may ask in bulk may use `children`.",
    "AUDIT_NOT_ALLOWED": "The log is for auditors, and for agencies as far as it concerns them.",
    "OPERATIONS_NOT_ALLOWED": "The caller is no operator.",
    "SOURCE_NOT_ALLOWED": "The caller's role or agency may not do this to the source.",
    "LINK_NOT_ALLOWED": "Operators and information governance link accounts; each link takes two"
    " of them.",
    "LINK_INVALID": "The accounts, the step or the reason of a link cannot be used.",
    "RELOAD_NOT_ALLOWED": "Only an operator may reload the files.",
    "SUBJECT_ACCESS_REFUSED": "`child` is not for subject access; `accesses` is.",
    "ACCESSES_NOT_ALLOWED": "`accesses` needs a family's token that names a verified person.",
    "ENTRY_PRUNED": "The entry was pruned under a retention policy; only its hash is left.",
    "BODY_INVALID": "The request body is not a GraphQL-over-HTTP request.",
    "BODY_TOO_LARGE": "The request body is longer than the gateway reads.",
    "METHOD_NOT_ALLOWED": "Details of a child never travel in a URL: use POST.",
    "MEDIA_TYPE_UNSUPPORTED": "The body must be application/json, and not compressed.",
    "NOT_ACCEPTABLE": "The client accepts no media type that the gateway writes.",
    "DOCUMENT_INVALID": "The GraphQL document does not parse or validate.",
    "DOCUMENT_TOO_LONG": "The document has too many bytes, tokens or fields.",
    "DOCUMENT_TOO_DEEP": "The document nests deeper than the gateway allows.",
    "TOO_MANY_ALIASES": "The document has more aliases than the gateway allows.",
    "DOCUMENT_TOO_COMPLEX": "The document has too many equal fields, fragments, operations or"
    " directives.",
    "VARIABLES_TOO_LARGE": "The variables are too long or nest too deep.",
    "QUESTION_TOO_COSTLY": "The request would call agencies more often than the gateway allows.",
    "DOCUMENT_NOT_TRUSTED": "This gateway answers trusted documents alone, and this is none.",
    "PERSISTED_QUERY_NOT_SUPPORTED": "This gateway knows no document by an id.",
    "ONE_QUESTION_ONLY": "An operation may hold one `child`, `children`, `askAgain` or `accesses`.",
    "PERSONAL_DATA_LITERAL": "Details of a child and the reason come only as variables.",
    "DELIVERY_INVALID": "@defer or @stream has a value that nobody can deliver by.",
    "OPERATION_UNKNOWN": "The named operation is not in the document, or none was chosen.",
    "VARIABLES_INVALID": "A variable does not fit its type; the message says which and why.",
    "KNOWN_DETAILS_TOO_FEW": "You must give more about the child before any agency is asked.",
    "JUSTIFICATION_MISSING": "Every question needs a justification in words.",
    "JUSTIFICATION_TOO_LONG": "The justification is longer than the log keeps.",
    "CASE_REFERENCE_MISSING": "SAFEGUARDING needs a case reference.",
    "SIGNIFICANT_HARM_PURPOSE": "Significant harm is stated for a safeguarding purpose only.",
    "OUT_OF_AREA_CAUSE_MISSING": "The scope goes beyond the caller's areas without a cause.",
    "SCOPE_UNKNOWN": "The scope names an area or agency that is not connected here.",
    "NOT_A_TEST_CHILD": "A source is tried with what may be a person's, or cannot be asked with.",
    "SAMPLE_UNREADABLE": "The sample of a draft is neither JSON nor CSV, or lists no records.",
    "SOURCE_NEEDS_SECRETS": "A draft names secrets, and those are read for no draft.",
    "SOURCE_NOT_GRANTED": "The operator grants the source that is tried nothing.",
    "SOURCE_NOT_OPENED": "The source that is tried cannot be opened here.",
    "SOURCE_UNUSABLE": "This gateway cannot read the version that is tried any more.",
    "SOURCE_UNKNOWN": "There is no such source in force, or no such version of one.",
    "CONFIGURATION_REFUSED": "The operator's files cannot be used; the generation before stays in"
    " force.",
    "TOO_MANY_CHILDREN": "`children` takes fewer children in one question.",
    "TOO_MANY_LOOKS": "The user asks who looked more often in an hour than is allowed.",
    "TOO_MANY_QUESTIONS": "The user or the organisation asks faster than is allowed.",
    "TOO_MANY_REQUESTS": "The user sends requests, or wrong inputs, faster than is allowed.",
    "TOO_MANY_CHILDREN_ASKED": "The user or the organisation asked about more different children"
    " than is allowed.",
    "TOO_MANY_UNFOUND": "Too many questions of the user found nobody.",
    "TOO_OFTEN_OUT_OF_AREA": "The user asked about the child outside their own areas too often.",
    "TOO_MUCH_BREAK_GLASS": "The user asked for break-glass more often than is allowed.",
    "LIMITS_UNAVAILABLE": "The Valkey of the limits cannot be used, so nothing is asked.",
    "REVIEWS_UNAVAILABLE": "The list of reviews cannot be read or written, so nothing is given.",
    "LOG_UNAVAILABLE": "The log cannot be written, so nothing is asked and nothing leaves.",
    "LOG_ALTERED": "The log is not what was signed, so nothing is asked, told or read.",
    "LOG_DISPUTED": "A witness saw another history of the log, so nothing is asked or read.",
    "LOG_UNWITNESSED": "The log's witnesses have not signed for too long, so nothing is asked.",
    "KEY_SERVICE_UNAVAILABLE": "The key service cannot be used, so nothing is asked and nothing"
    " leaves.",
    "LEDGER_UNAVAILABLE": "The ledger cannot be used, so nothing can be changed.",
    "NOT_IN_FORCE": "This gateway may not have the newest rules, so it answers nothing.",
    "KEYS_UNAVAILABLE": "The issuer's keys cannot be read, so no token can be checked.",
    "REVOCATIONS_UNREADABLE": "The list of revocations cannot be read, so nobody can sign in.",
    "BUSY": "The gateway has as many questions under way as it can serve.",
    "NOT_YET_AVAILABLE": "The schema promises this; this version does not serve it yet.",
    "INTERNAL": "Something failed in the gateway; its own log says more.",
}
