"""The whole contract between the gateway and a source: one method, one question, one reply."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

from adapters.contract.codes import Purpose
from adapters.contract.frozen import plainly_made
from adapters.contract.record import Record


@plainly_made
@dataclass(frozen=True, slots=True)
class OnBehalf:
    """Who asks, so that the agency's own log can name the person and find our entry.

    `issuer` is the sign-in service in whose names `user` is one: two of them may have one name.
    `shield_check`: nothing of the answer is given to that person; it only says who is restricted.
    `test_child`: the call is about the source's own test child, to see whether it finds anybody.
    """

    issuer: str
    user: str
    organisation: str
    purpose: Purpose
    query_id: str
    log_index: int
    shield_check: bool = False
    test_child: bool = False


async def _at_once() -> bool:
    return True


@plainly_made
@dataclass(frozen=True, slots=True)
class Question:
    """One operation of a source, to be asked once.

    `given` holds only keys that the operation declares, already normalised: `nhs_number`, `upn`,
    `record_id`, `given_name`, `family_name`, `birth_date`, `sex`, `postcode`.
    `fields` are names of `Record` fields the answer is wanted for; identity and restriction are
    always read. `timeout_s` is what is left for this call, in seconds. The core has paced the
    first request; before each further one the source awaits `pace`, and leaves that request out
    where it says False. It may send a request again with a new login only where `may_resend`.
    """

    operation: str
    given: Mapping[str, str]
    fields: frozenset[str]
    timeout_s: float
    on_behalf: OnBehalf
    pace: Callable[[], Awaitable[bool]] = _at_once
    may_resend: bool = False


class Unread(StrEnum):
    """Why there may be more than was read."""

    MORE = "more"  # the answer says so, and no further page was asked for
    PAGES = "pages"  # more pages than the manifest allows
    ELSEWHERE = "elsewhere"  # the next page is where the source may not be asked, or in a circle
    REPEATED = "repeated"  # the next page is the same again, or its list moved meanwhile
    FAILED = "failed"  # a further page could not be had, or was no answer
    PARTIAL = "partial"  # the answer says that it did not look everywhere, or is only a part
    UNSAID = "unsaid"  # nothing says that this is all
    TOGETHER = "together"  # asked for with others, in an answer that does not show that it is all


@plainly_made
@dataclass(frozen=True, slots=True)
class Records:
    """The source answered with at least one record, none of them cut off.

    `whole` is False where it may hold more than came; `unread` is then why, where it is known.
    """

    records: tuple[Record, ...]
    as_of: datetime | None = None
    whole: bool = True
    unread: Unread | None = field(default=None, compare=False)


@plainly_made
@dataclass(frozen=True, slots=True)
class NoRecord:
    """The source itself said that it holds nothing for this key; the core judges what it proves.

    `whole` is False where it did not look through all that it holds: then it proves nothing.
    `unread` is as in Records.
    """

    as_of: datetime | None = None
    whole: bool = True
    unread: Unread | None = field(default=None, compare=False)


@plainly_made
@dataclass(frozen=True, slots=True)
class TooMany:
    """The source has more candidates than it answers with, or capped its list."""


@plainly_made
@dataclass(frozen=True, slots=True)
class MoreNeeded:
    """The source cannot search with this; `needs` says what would do."""

    needs: tuple[str, ...]


@plainly_made
@dataclass(frozen=True, slots=True)
class Refused:
    """The source would not answer us: our login or our right to ask failed there.

    `place` is the key of the manifest whose request was refused, empty where it is the question's
    own.
    """

    place: str = field(default="", compare=False)


class Fault(StrEnum):
    """Why there was no answer."""

    CONNECTION = "connection"  # refused, reset, name not resolved, TLS failed
    DROPPED = "dropped"  # the connection stood, and ended before a byte of an answer
    SERVER_ERROR = "server_error"  # the agency's system said that it failed
    BUSY = "busy"  # the agency's system asked us to slow down
    TIMED_OUT = "timed_out"
    LIMIT = "limit"  # our own limit for this source left no turn in time: it was not asked
    BREAKER_OPEN = "breaker_open"  # it failed too often of late: it was not asked


class Cause(StrEnum):
    """What stood in the way of a connection or a file, more closely than its fault says."""

    REFUSED = "connection_refused"
    UNKNOWN_NAME = "unknown_name"
    UNREACHABLE = "unreachable"
    NETWORK_NOT_LISTED = "network_not_listed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_OF_ANOTHER = "certificate_of_another_name"
    CERTIFICATE_UNTRUSTED = "certificate_of_unknown_authority"
    CERTIFICATE_UNUSABLE = "certificate_unusable"
    OUR_CERTIFICATE_REFUSED = "our_certificate_refused"
    NO_TLS = "no_tls"
    NO_FILE = "no_file"
    FILE_CHANGING = "file_changing"


@plainly_made
@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer came; says nothing about whether there is a record.

    `retry_after_s` is how long the agency asks us to wait, or for how long its breaker is open, in
    seconds. `status` is that of the HTTP answer, where there was one. `cause` says more closely
    why, where that is known, and `place` is as in Refused; neither makes two of them differ.
    """

    fault: Fault
    retry_after_s: float | None = None
    status: int | None = None
    cause: Cause | None = field(default=None, compare=False)
    place: str = field(default="", compare=False)


@plainly_made
@dataclass(frozen=True, slots=True)
class Malformed:
    """Something came that is not an answer; `rule` names which rule it broke, never its content.

    `place` is the key of the manifest that could not be read from it, as `operation.by-upn.records`
    (empty where none is to blame), `shape` what was met there, in types and the manifest's own
    names. Two that broke one rule are equal.
    """

    rule: str
    place: str = field(default="", compare=False)
    shape: str = field(default="", compare=False)


Reply = Records | NoRecord | TooMany | MoreNeeded | Refused | Unavailable | Malformed
Failure = Refused | Unavailable | Malformed
FAILURES: Final = (Refused, Unavailable, Malformed)  # for what looks often: a union costs twice
WallClock = Callable[[], datetime]  # the time of day, with its offset


class Source(Protocol):
    """A source of any kind, built-in or foreign."""

    async def ask(self, question: Question) -> Reply:
        """Ask the agency's system once; every failure is a Reply, only bugs raise.

        Cancelling closes the connection that the question was using.
        """
        ...

    async def aclose(self) -> None:
        """Give back sockets and pools; the source is not asked again."""
        ...


@runtime_checkable
class SeveralSource(Protocol):
    """A source that can also be asked about several children in one call."""

    async def ask_many(self, questions: tuple[Question, ...]) -> tuple[Reply, ...]:
        """Ask by one operation, for the same fields and by the same right; a reply for each.

        The replies are in the order of the questions. Each is believed for the child that its
        records name: one whose records name nobody asked for proves nothing. Whoever's reply is not
        `settled` is to be asked about alone.
        """
        ...


_OF_SEVERAL: Final = frozenset({"batch", "cut"})


def settled(reply: Reply) -> bool:
    """Whether a reply to one of several questions stands as if it had been asked alone."""
    match reply:
        case Malformed(rule=rule):
            return rule not in _OF_SEVERAL
        case Records(unread=unread) | NoRecord(unread=unread):
            return unread is not Unread.TOGETHER
        case _:
            return True


class Probe(Protocol):
    """Asks a source whether it is up; about no child and on nobody's behalf."""

    async def up(self) -> bool:
        """Whether it is; every failure is False, only bugs raise."""
        ...


@plainly_made
@dataclass(frozen=True, slots=True)
class OperationCard:
    """What the core must know of an operation to choose it: what it needs and what it proves.

    `conclusive` is the manifest's claim; `supersedes` allows an answer under another number than
    the one asked (a superseded NHS number is answered with the new one). `at_once` is of how many
    children one call may ask.
    """

    name: str
    needs: frozenset[str]
    accepts: frozenset[str]
    conclusive: bool = False
    supersedes: bool = False
    at_once: int = 1


@plainly_made
@dataclass(frozen=True, slots=True)
class Adapter:
    """A source ready to be asked, with its operations in the order in which to try them.

    `probe` is there where its manifest says how to ask whether it is up, `several` where one of
    the operations may ask about several children at once. The source `keeps_time` where it ends by
    itself what takes longer than a question has, as our own over HTTP do.
    """

    source: Source
    operations: tuple[OperationCard, ...] = field(default=())
    probe: Probe | None = None
    several: SeveralSource | None = None
    keeps_time: bool = False

    async def aclose(self) -> None:
        """Give back the source's sockets, pools and threads."""
        await self.source.aclose()
