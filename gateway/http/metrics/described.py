"""Every metric that `/metrics` shows: its name, what it counts, and by which labels."""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.http.metrics.counted import ANSWERS, CALL_SECONDS, CALLS, OUTCOMES, STAGE_SECONDS

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Described:
    """One metric. A counter's samples end in `_total`, as Prometheus wants it."""

    name: str
    kind: Kind
    what: str
    labels: tuple[str, ...] = ()


_EVERY: Final = (
    Described("teamaround_build", "gauge", "Always 1.", ("version", "python")),
    Described("teamaround_ready", "gauge", "1 if the part works, else 0.", ("part",)),
    Described("teamaround_generation", "gauge", "Number of the generation in force."),
    Described("teamaround_responses", "counter", "Requests to /graphql.", ("result",)),
    Described("teamaround_ways", "counter", "Plans and variables, by way.", ("what", "way")),
    Described(ANSWERS, "counter", "Answers about children, by way.", ("way", "why")),
    Described("teamaround_places", "gauge", "Most requests under way at the same time."),
    Described("teamaround_places_taken", "gauge", "Requests under way."),
    Described("teamaround_connections", "gauge", "Clients' connections now."),
    Described("teamaround_connections_allowed", "gauge", "Most clients' connections."),
    Described("teamaround_refused", "counter", "Refused, by why.", ("event", "cause")),
    Described(STAGE_SECONDS, "histogram", "Seconds of each stage.", ("stage",)),
    Described(OUTCOMES, "counter", "Outcomes of agencies, by lot.", ("outcome",)),
    Described("teamaround_source_breaker", "gauge", "0 closed, 2 open or half-open.", ("source",)),
    Described(CALLS, "counter", "Calls to a source, by lot.", ("source", "went")),
    Described(CALL_SECONDS, "histogram", "Seconds of calls, by lot.", ("source",)),
    Described("teamaround_log_waiting", "gauge", "Entries that wait, in tens."),
    Described("teamaround_log_lock_seconds", "gauge", "Longest that the log was held, lately."),
    Described("teamaround_checkpoint_age_seconds", "gauge", "Since the log was signed last."),
    Described("teamaround_witness_age_seconds", "gauge", "Since it signed last.", ("witness",)),
    Described("teamaround_certificate_seconds", "gauge", "Until it ends.", ("setting",)),
    Described("teamaround_loop_lag_seconds", "histogram", "How late the event loop is."),
    Described("teamaround_events", "counter", "Events that came about.", ("event", "level")),
    Described("teamaround_events_dropped", "counter", "Events that could not be written."),
    Described("teamaround_scrapes", "counter", "Requests to this listener.", ("result",)),
    Described("teamaround_collector", "counter", "Sent to a collector.", ("signal", "result")),
)
METRICS: Final = {each.name: each for each in _EVERY}
PROCESS_STEPS: Final = {
    "process_cpu_seconds_total": 1.0,
    "process_resident_memory_bytes": 16.0 * 1024 * 1024,
    "process_start_time_seconds": 1.0,
}
"""What is told of what prometheus_client says of a process, and in which steps.

Open files and virtual memory are not: each connection to an agency is a file, each thread a stack.
"""
