"""What the gateway says of itself while running: enumerated events with codes, never prose.

Every function takes names of ours (source ids, error types, codes, counts) and nothing else, so
that a child's data has no way into a log line.
"""

import io
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, TextIO

from gateway.model.causes import cause_of

MOST_A_SECOND: Final = 20
_OF_CAUSES: Final = frozenset({"connections_refused", "questions_refused"})
OF_ANSWERS: Final = frozenset(
    {"adapter_failed", "answer_not_read", "library", "records_read", "source_not_reached"}
)
"""Events that one answer can bring about: whoever sees them counted sees that it was asked for."""
_HEARD: ContextVar[list[Exception] | None] = ContextVar("heard", default=None)


class _AtFirstWord:
    """structlog's logger, imported once something is said: most commands say nothing."""

    def __getattr__(self, severity: str) -> Any:
        return getattr(_logger(), severity)


@cache
def _logger() -> Any:
    import structlog  # noqa: PLC0415  # with all that it prints in colours, it takes long

    return structlog.get_logger("teamaround")


_say: Any = _AtFirstWord()


class Lines:
    """Where events are written; one that cannot be is dropped, and the next one says how many were.

    A full disk, or a closed pipe, must not be felt by a question.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._cut = False
        self._untold = 0
        self.dropped = 0

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        """The event, with how many before it were not written."""
        if self._untold:
            event["dropped"] = self._untold
        return event

    def msg(self, line: str) -> None:
        """Write one line, all of it or none that can be read."""
        try:
            self._write(line)
        except (OSError, ValueError):  # ValueError: of a file that was closed
            self._untold += 1
            self.dropped += 1
        else:
            self._untold = 0

    debug = info = warning = error = critical = msg

    def _write(self, line: str) -> None:
        try:
            number = self._file.fileno()
        except io.UnsupportedOperation:  # a file in memory
            print(line, file=self._file, flush=True)
            return
        # Python's own buffer would keep what could not be written, and drop parts of it later.
        data = ("\n" * self._cut + line + "\n").encode()
        written = os.write(number, data)
        self._cut = written < len(data)
        if self._cut:
            raise OSError("the line was cut")


class SaidEvents:
    """How often each event came about, also where none was written; nothing that was in it.

    `counted` has what each cause that is counted came to: of connections and questions refused.
    """

    def __init__(self) -> None:
        self.said: Counter[tuple[str, str]] = Counter()
        self.counted: Counter[tuple[str, str]] = Counter()
        self.lines: Lines | None = None
        self._turn = threading.Lock()  # libraries warn from their threads

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        """The event, counted by its name and level."""
        name = str(event["event"])
        with self._turn:
            self.said[name, str(event["level"])] += 1
            if name in _OF_CAUSES:
                self.counted[name, str(event["cause"])] += int(event["count"])
        return event


SAID: Final = SaidEvents()


class _NameAlone(logging.Handler):
    """What a library logs or warns of: its text may quote anything, so it is never written."""

    def emit(self, record: logging.LogRecord) -> None:
        _say.warning("library", logger=record.name, severity=record.levelname)


def to_standard_error() -> None:
    """Write events as JSON lines on standard error, and nothing else of what libraries say."""
    import structlog  # noqa: PLC0415  # as above

    logging.getLogger().addHandler(_NameAlone(logging.WARNING))
    lines = SAID.lines = Lines(sys.stderr)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            SAID,
            Sparing(time.monotonic),
            lines,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: lines,
    )


class Sparing:
    """Lets at most so many events of a kind through in a second, and says how many it kept back.

    The first event of a kind after such a second carries their number as `kept_back`.
    """

    def __init__(self, seconds: Callable[[], float], most: int = MOST_A_SECOND) -> None:
        self._seconds = seconds
        self._most = most
        self._said: dict[str, tuple[int, int]] = {}

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        """The event, or structlog.DropEvent."""
        kind, now = str(event.get("event")), int(self._seconds())
        since, said = self._said.get(kind, (now, 0))
        if since == now and said >= self._most:
            self._said[kind] = (now, said + 1)
            from structlog import DropEvent  # noqa: PLC0415  # as above

            raise DropEvent
        kept_back = max(0, said - self._most) if since != now else 0
        self._said[kind] = (now, said + 1 if since == now else 1)
        if kept_back:
            event["kept_back"] = kept_back
        return event


@contextmanager
def hearing_bugs() -> Iterator[list[Exception]]:
    """What adapters raise on behalf of whatever is asked within, for whoever tries one.

    A gateway that serves does not listen: what was raised may have a child's details in it.
    """
    bugs: list[Exception] = []
    token = _HEARD.set(bugs)
    try:
        yield bugs
    finally:
        _HEARD.reset(token)


def serving(  # noqa: PLR0913  what it serves with
    host: str,
    port: int,
    shield_set: tuple[str, ...],
    *,
    descriptors: int,
    connections: int,
    metrics_port: int | None = None,
) -> None:
    """The gateway accepts questions there; what each grant of the shield set costs, in words.

    It may have so many files and sockets open, and so many of them may be clients' connections.
    `metrics_port` is where its figures are, if they are shown.
    """
    _say.info(
        "serving",
        host=host,
        port=port,
        shield_set=list(shield_set),
        descriptors=descriptors,
        connections=connections,
        **({} if metrics_port is None else {"metrics_port": metrics_port}),
    )


def worker_ended(status: int) -> None:
    """A worker process ended by itself, with this exit status, and another is begun."""
    _say.error("worker_ended", status=status)


def connections_refused(cause: str, count: int) -> None:
    """So many connections or requests were ended unanswered in the last second, for this cause."""
    _say.warning("connections_refused", cause=cause, count=count)


def questions_refused(cause: str, count: int) -> None:
    """So many questions were refused in the last second; `cause` is the code that was answered."""
    _say.warning("questions_refused", cause=cause, count=count)


def stopping(drain_s: float) -> None:
    """The gateway stops; for so many seconds it still serves, and is not ready."""
    _say.info("stopping", drain_s=drain_s)


def stopped() -> None:
    """The gateway has stopped in order: nothing is under way, and its log is closed."""
    _say.info("stopped")


def reloaded(generation: int) -> None:
    """The operator's files were read again; `generation` is what is in force after it."""
    _say.info("reloaded", generation=generation)


def reload_failed(why: str) -> None:
    """The operator's files are not in force; `why` is what to change, by file and line."""
    _say.error("reload_failed", why=why)


def adapter_failed(source: str, bug: Exception) -> None:
    """An adapter raised instead of replying: a bug in it, named by type alone."""
    heard = _HEARD.get()
    if heard is not None:
        heard.append(bug)
    _say.error("adapter_failed", source=source, error=type(bug).__name__)


def source_not_opened(source: str) -> None:
    """A source in force cannot be opened here, by its secrets or places: it gives no answer."""
    _say.error("source_not_opened", source=source)


def answer_not_read(source: str, rule: str, place: str) -> None:
    """An answer broke a rule; `place` is the key of the manifest that could not be read from it.

    At most once a minute for each rule and place of a source; `source list --failures` counts.
    """
    _say.warning("answer_not_read", source=source, rule=rule, place=place)


def records_read(generated: int, redone: int, exact: int) -> None:
    """Agencies' records since the start: read by generated functions, twice, or only exactly.

    Said after every ten thousand. Many that are `redone` have values that are seldom elsewhere.
    """
    _say.info("records_read", generated=generated, redone=redone, exact=exact)


def source_not_reached(source: str, cause: str, place: str) -> None:
    """No connection came about; `cause` is one of the contract's. As seldom as the one above."""
    _say.warning("source_not_reached", source=source, cause=cause, place=place)


def secrets_renewed(source: str) -> None:
    """A source is asked with other secrets from now on: those in its place had changed."""
    _say.info("secrets_renewed", source=source)


def secrets_not_renewed(source: str) -> None:
    """The secrets of a source cannot be read or used now; it goes on with those it had."""
    _say.error("secrets_not_renewed", source=source)


def certificate_renewed(setting: str) -> None:
    """New connections use the files of this setting as they are now."""
    _say.info("certificate_renewed", setting=setting)


def certificate_not_renewed(setting: str, cause: str) -> None:
    """Files of this setting cannot be used; what was read before stays in use."""
    _say.error("certificate_not_renewed", setting=setting, cause=cause)


def certificate_ends(setting: str, days: int) -> None:
    """Our own certificate ends in so many whole days; it has ended where they are below 0."""
    say = _say.critical if days < 0 else _say.warning
    say("certificate_ends", setting=setting, days=days)


def generation(number: int) -> None:
    """What is in force here is of this generation from now on."""
    _say.info("generation", number=number)


def generation_not_adopted(number: int) -> None:
    """The files here are not those of the newest generation, or cannot be used: see `reload`.

    The gateway stops serving before its lease ends, and tries again until then and after.
    """
    _say.critical("generation_not_adopted", number=number)


def ledger_unavailable(error: BaseException) -> None:
    """The ledger could not be read or written: the lease is not renewed."""
    _say.error("ledger_unavailable", cause=cause_of(error))


def notice_not_taken() -> None:
    """A privacy officer's place did not take a notice; it is sent again."""
    _say.error("notice_not_taken")


def notices_behind() -> None:
    """What is to be told could not be read or kept; it is tried again."""
    _say.error("notices_behind")


def retention_behind() -> None:
    """What was pruned from the log could not be forgotten beside it; it is tried again."""
    _say.error("forgetting_behind")


def keys_unavailable(error: BaseException, issuer: str) -> None:
    """An issuer's keys could not be read; those it gave in the last hour go on. Said once."""
    _say.error("keys_unavailable", issuer=issuer, cause=cause_of(error))


def keys_read(issuer: str) -> None:
    """The keys of an issuer that was away can be read again."""
    _say.info("keys_read", issuer=issuer)


def counts_unavailable(error: BaseException) -> None:
    """The Valkey of the limits could not be used; the question was refused."""
    _say.error("counts_unavailable", cause=cause_of(error))


def copy_altered(copy: str) -> None:
    """A copy of what the log says was edited by somebody else; it is made again from the log."""
    _say.critical("copy_altered", copy=copy)


def copy_differs(copy: str, count: int) -> None:
    """So many rows of a copy are not what the log says, and cannot be made again from here."""
    _say.critical("copy_differs", copy=copy, count=count)


def epoch_keys_differ(count: int) -> None:
    """The keys of so many epochs are not those that the log names: no question is answered."""
    _say.critical("epoch_keys_differ", count=count)


def epochs_not_checked() -> None:
    """The epochs' keys could not be compared with the log; it is tried again."""
    _say.error("epochs_not_checked")


def counting_alone(most_s: float) -> None:
    """The Valkey is away: for so many seconds at most, this gateway counts by itself."""
    _say.warning("counting_alone", most_s=most_s)


def alerts_behind() -> None:
    """Alerts could not be found in the log; it is tried again."""
    _say.error("alerts_behind")


def reviews_unavailable(error: BaseException) -> None:
    """What waits for review could not be read or kept; the request was refused."""
    _say.error("reviews_unavailable", cause=cause_of(error))


def log_unavailable(error: BaseException) -> None:
    """The audit log could not be written; the question was refused."""
    _say.error("log_unavailable", cause=cause_of(error))


def log_not_continued() -> None:
    """The log that is read lacks acknowledged entries: an older server took the place of its own.

    Every question is refused until the right one is there again.
    """
    _say.critical("log_not_continued")


def log_on_one_server() -> None:
    """No commit of the log waits for a standby: a failover may lose acknowledged entries."""
    _say.warning("log_on_one_server")


def key_service_unavailable(error: BaseException) -> None:
    """The key service could not be used; the question was refused."""
    _say.error("key_service_unavailable", cause=cause_of(error))


def key_service_away(service: str, error: BaseException) -> None:
    """One of several key services failed or holds other keys; the others are asked before it."""
    _say.error("key_service_away", service=service, cause=cause_of(error))


def key_service_back(service: str) -> None:
    """A key service that was away answers again, under the keys that are known."""
    _say.info("key_service_back", service=service)


def key_service_behind(service: str, epoch: str) -> None:
    """A key service still has another current epoch than the first: it lacks a copy of its keys."""
    _say.error("key_service_behind", service=service, epoch=epoch)


def key_service_other_keys(epoch: str) -> None:
    """A key service answered under another key than the one of this epoch: nothing of it is used.

    It was started with the wrong folder, or somebody answers in its place.
    """
    _say.critical("key_service_other_keys", epoch=epoch)


def key_epoch_gone(epoch: str) -> None:
    """Every key service says that the keys of this epoch are destroyed."""
    _say.warning("key_epoch_gone", epoch=epoch)


def failed(bug: BaseException) -> None:
    """A request failed in the gateway itself, named by type and place alone."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    _say.error("failed", error=type(bug).__name__, place=place)


def log_corrupt(entry: int | None = None) -> None:
    """The log does not go on from what it signed; `entry` is the first that may be altered."""
    _say.critical("log_corrupt", entry=entry)


def log_rechecked() -> None:
    """Every entry was hashed again since the start, and is as it was signed."""
    _say.info("log_rechecked")


def clock_apart(days: int, than: str) -> None:
    """This machine's clock is days away from something: it is wrong, or the log rested."""
    _say.critical("clock_apart", days=days, than=than)


def clock_agrees() -> None:
    """The clock and the log are near each other again."""
    _say.info("clock_agrees")


def witness_denied(witness: str, status: int) -> None:
    """A witness answered and did not sign: it may have seen another history of this log."""
    _say.critical("witness_denied", witness=witness, status=status)


def witness_conflict(witness: str, size: int, theirs: int) -> None:
    """A witness shows a state that the log's key signed and this log does not grow from."""
    _say.critical("witness_conflict", witness=witness, size=size, theirs=theirs)


def log_contradicted(origin: str, size: int, theirs: int) -> None:
    """A witness was shown a state, signed by the log's key, that denies what it signed before."""
    _say.critical("log_contradicted", origin=origin, size=size, theirs=theirs)


def witness_ahead(witness: str) -> None:
    """A witness signed for a moment to come: its clock or the gateway's is wrong."""
    _say.critical("witness_ahead", witness=witness)


def witnesses_silent(quorum: int) -> None:
    """Fewer than a quorum of witnesses have signed for long enough to raise the alarm."""
    _say.critical("witnesses_silent", quorum=quorum)
