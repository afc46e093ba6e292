"""Figures in the words of Prometheus, out of a registry of the gateway's own."""

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gateway.http.metrics.counted import (
    ANSWERS,
    CALL_SECONDS,
    CALLS,
    OUTCOMES,
    STAGE_SECONDS,
    CountedFigures,
)
from gateway.http.metrics.described import METRICS, PROCESS_STEPS
from gateway.http.metrics.histogram import Histogram
from gateway.http.metrics.loop_lag import LoopLag
from gateway.http.metrics.readings import Readings
from gateway.model.event_stream.said import OF_ANSWERS, SaidEvents

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_TENS: Final = 10  # read often enough, single ones would show how often one question writes
Samples = Mapping[Any, float]
"""A metric's values by those of its labels."""


@dataclass(slots=True)
class Exposition:
    """All figures of one gateway.

    `scrapes` counts what the listener answered, `collector` what became of what was sent to one.
    """

    figures: CountedFigures
    lag: LoopLag
    said: SaidEvents
    places: int
    connections_allowed: int
    scrapes: Counter[str] = field(default_factory=Counter)
    collector: Counter[tuple[str, str]] = field(default_factory=Counter)
    _process: ProcessCollector = field(default_factory=lambda: ProcessCollector(registry=None))

    def text(self, readings: Readings) -> bytes:
        """What a scrape gets."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Found(self.families(readings)))
        return generate_latest(registry)

    def families(self, readings: Readings) -> Sequence[Metric]:
        """Every figure as it is now."""
        of_process = _coarse(self._process.collect())
        return (*self._exact(readings), *self._veiled(readings.named), *of_process)

    def _exact(self, at: Readings) -> Iterator[Metric]:
        yield _family("teamaround_build", {(version("teamaround"), platform.python_version()): 1})
        yield _family("teamaround_ready", _by_name(at.ready))
        yield _family("teamaround_generation", {(): at.generation})
        yield _family("teamaround_responses", _by_name(self.figures.responses))
        yield _family("teamaround_ways", self.figures.ways)
        yield _family("teamaround_places", {(): self.places})
        yield _family("teamaround_places_taken", {(): self.figures.places_taken})
        yield _family("teamaround_connections", {(): at.connections})
        yield _family("teamaround_connections_allowed", {(): self.connections_allowed})
        yield _family("teamaround_refused", self.said.counted)
        yield _family("teamaround_source_breaker", _by_name(at.breakers))
        yield _family("teamaround_log_waiting", {(): at.log_waiting // _TENS * _TENS})
        yield _family("teamaround_log_lock_seconds", {(): at.log_held_s})
        yield _family("teamaround_checkpoint_age_seconds", {(): at.checkpoint_age_s})
        yield _family("teamaround_witness_age_seconds", _by_name(at.witness_ages_s))
        yield _family("teamaround_certificate_seconds", _by_name(at.certificates_s))
        said = {of: times for of, times in self.said.said.items() if of[0] not in OF_ANSWERS}
        yield _family("teamaround_events", said)
        dropped = 0 if self.said.lines is None else self.said.lines.dropped
        yield _family("teamaround_events_dropped", {(): dropped})
        yield _family("teamaround_scrapes", _by_name(self.scrapes))
        yield _family("teamaround_collector", self.collector)
        yield _histograms("teamaround_loop_lag_seconds", {(): self.lag.late})

    def _veiled(self, named: frozenset[str]) -> Iterator[Metric]:
        """What a question moves. Of sources without a name nothing is told that one moves."""
        veil = self.figures.veil
        stages = {(name,): each for name, each in self.figures.stages.items()}
        yield _histograms(STAGE_SECONDS, stages | _of(STAGE_SECONDS, veil.times))
        yield _family(ANSWERS, {**self.figures.answers, **_of(ANSWERS, veil.counts)})
        yield _family(OUTCOMES, _of(OUTCOMES, veil.counts))
        yield _family(CALLS, _only(named, _of(CALLS, veil.counts)))
        yield _histograms(CALL_SECONDS, _only(named, _of(CALL_SECONDS, veil.times)))


class _Found(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """Every metric that was read."""
        return self._metrics


def _coarse(families: Iterable[Metric]) -> Iterator[Metric]:
    """What the library says of a process, but for what one more connection or thread moves."""
    for family in families:
        steps = [(one, PROCESS_STEPS.get(one.name)) for one in family.samples]
        family.samples = [one._replace(value=one.value // s * s) for one, s in steps if s]
        if family.samples:
            yield family


def _of(name: str, series: Mapping[tuple[str, ...], Any]) -> dict[tuple[str, ...], Any]:
    return {labels[1:]: value for labels, value in series.items() if labels[0] == name}


def _only(named: frozenset[str], series: Mapping[tuple[str, ...], Any]) -> dict[Any, Any]:
    return {labels: value for labels, value in series.items() if labels[0] in named}


def _by_name(found: Mapping[str, float]) -> Samples:
    return {(name,): value for name, value in found.items()}


_FAMILIES: Final[Mapping[str, Callable[..., Any]]] = {
    "counter": CounterMetricFamily,
    "gauge": GaugeMetricFamily,
}


def _family(name: str, samples: Samples) -> Metric:
    described = METRICS[name]
    family = _FAMILIES[described.kind](name, described.what, labels=described.labels)
    for labels, value in sorted(samples.items()):
        family.add_metric(labels, float(value))
    return family  # type: ignore[no-any-return]  # both are of the library's one kind


def _histograms(name: str, series: Mapping[tuple[str, ...], Histogram]) -> Metric:
    described = METRICS[name]
    family = HistogramMetricFamily(name, described.what, labels=described.labels)
    for labels, each in sorted(series.items()):
        family.add_metric(list(labels), buckets=each.buckets, sum_value=each.sum_s)
    return family
