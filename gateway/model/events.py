"""What the gateway says of itself while running: enumerated events with codes, never prose.

Every function takes names of ours (source ids, error types, codes, counts) and nothing else, so
that a child's data has no way into a log line.
"""

from gateway.model.causes import cause_of
from gateway.model.event_stream.saying import say as _say
from gateway.model.heard_bugs import hear


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


def library(logger: str, severity: str) -> None:
    """A library logged or warned of something, whose text may quote anything and is left out."""
    _say.warning("library", logger=logger, severity=severity)


def worker_ended(status: int) -> None:
    """A worker process ended by itself, with this exit status, and another is begun."""
    _say.error("worker_ended", status=status)


def connections_refused(cause: str, count: int) -> None:
    """So many connections or requests were ended unanswered in the last second, for this cause."""
    _say.warning("connections_refused", cause=cause, count=count)


def questions_refused(cause: str, count: int) -> None:
    """So many requests, or fields of one, were refused in the last second; `cause` is the code."""
    _say.warning("questions_refused", cause=cause, count=count)


def collector_unavailable(signal: str, cause: str) -> None:
    """The collector does not take traces or metrics; questions go on. Said once until it does."""
    _say.warning("collector_unavailable", signal=signal, cause=cause)


def collector_back(signal: str) -> None:
    """The collector takes them again."""
    _say.info("collector_back", signal=signal)


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
    hear(bug)
    _say.error("adapter_failed", source=source, error=type(bug).__name__)


def source_not_opened(source: str, error: BaseException) -> None:
    """A source in force cannot be opened here, by its secrets or places: it gives no answer."""
    _say.error("source_not_opened", source=source, cause=cause_of(error))


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


def secrets_not_renewed(source: str, cause: str) -> None:
    """The secrets of a source cannot be read or used now; it goes on with those it had."""
    _say.error("secrets_not_renewed", source=source, cause=cause)


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


def generation_not_adopted(number: int, error: BaseException) -> None:
    """The files here are not those of the newest generation, or cannot be used: see `reload`.

    The gateway stops serving before its lease ends, and tries again until then and after.
    """
    _say.critical("generation_not_adopted", number=number, cause=cause_of(error))


def ledger_unavailable(error: BaseException) -> None:
    """The ledger could not be read or written: the lease is not renewed."""
    _say.error("ledger_unavailable", cause=cause_of(error))


def notice_not_taken(cause: str) -> None:
    """A privacy officer's place did not take a notice; it is sent again."""
    _say.error("notice_not_taken", cause=cause)


def notices_behind(error: BaseException) -> None:
    """What is to be told could not be read or kept; it is tried again."""
    _say.error("notices_behind", cause=cause_of(error))


def retention_behind(error: BaseException) -> None:
    """What was pruned from the log could not be forgotten beside it; it is tried again."""
    _say.error("forgetting_behind", cause=cause_of(error))


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


def epochs_not_checked(error: BaseException) -> None:
    """The epochs' keys could not be compared with the log; it is tried again."""
    _say.error("epochs_not_checked", cause=cause_of(error))


def counting_alone(most_s: float) -> None:
    """The Valkey is away: for so many seconds at most, this gateway counts by itself."""
    _say.warning("counting_alone", most_s=most_s)


def alerts_behind(error: BaseException) -> None:
    """Alerts could not be found in the log; it is tried again."""
    _say.error("alerts_behind", cause=cause_of(error))


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


def staff_children_outdated(epoch: str) -> None:
    """The list of staff's children is of another epoch than this: nobody on it is recognised."""
    _say.error("staff_children_outdated", epoch=epoch)


def key_service_other_keys(epoch: str) -> None:
    """A key service answered under another key than the one of this epoch: nothing of it is used.

    It was started with the wrong folder, or somebody answers in its place.
    """
    _say.critical("key_service_other_keys", epoch=epoch)


def key_epoch_gone(epoch: str) -> None:
    """Every key service says that the keys of this epoch are destroyed."""
    _say.warning("key_epoch_gone", epoch=epoch)


def failed(bug: BaseException) -> None:
    """Something failed in the gateway itself, named by type and place alone."""
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
