"""The figures that Prometheus would read, in the words of OTLP."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

from gateway.http.collector.resource import SCOPE

_SINCE_START: Final = AggregationTemporality.CUMULATIVE
_UNKNOWN: Final[Any] = None  # only classes are counted, and OTLP allows to leave these two out
Labels = tuple[tuple[str, str], ...]


class FigureWriter:
    """Makes requests for `/v1/metrics`, of figures that are counted since this was made."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._since_ns = time.time_ns()

    def written(self, families: Iterable[Family], at_ns: int) -> bytes:
        """Every figure as it was at `at_ns`, under the name that Prometheus has for it."""
        metrics = [self._metric(each, at_ns) for each in families if each.samples]
        within = ScopeMetrics(SCOPE, metrics, schema_url="")
        data = MetricsData([ResourceMetrics(self._resource, [within], schema_url="")])
        body: bytes = encode_metrics(data).SerializeToString()
        return body

    def _metric(self, family: Family, at_ns: int) -> Metric:
        unit = "s" if family.name.endswith("_seconds") else ""
        return Metric(family.name, family.documentation, unit, self._data(family, at_ns))

    def _data(self, family: Family, at_ns: int) -> Sum | Gauge | Histogram:
        if family.type == "histogram":
            return Histogram(list(self._histograms(family, at_ns)), _SINCE_START)
        points = [
            NumberDataPoint(each.labels, self._since_ns, at_ns, float(each.value))
            for each in family.samples
        ]
        if family.type == "counter":
            return Sum(points, _SINCE_START, is_monotonic=True)
        return Gauge(points)

    def _histograms(self, family: Family, at_ns: int) -> Iterator[HistogramDataPoint]:
        by_labels: defaultdict[Labels, list[Sample]] = defaultdict(list)
        for each in family.samples:
            kept = tuple(sorted(pair for pair in each.labels.items() if pair[0] != "le"))
            by_labels[kept].append(each)
        for labels, samples in by_labels.items():
            buckets = [each for each in samples if each.name.endswith("_bucket")]
            sums = [each.value for each in samples if each.name.endswith("_sum")]
            upto = [int(each.value) for each in buckets]
            yield HistogramDataPoint(
                attributes=dict(labels),
                start_time_unix_nano=self._since_ns,
                time_unix_nano=at_ns,
                count=upto[-1],
                sum=sums[0],
                bucket_counts=[now - before for before, now in zip([0, *upto], upto, strict=False)],
                explicit_bounds=[float(each.labels["le"]) for each in buckets[:-1]],
                min=_UNKNOWN,
                max=_UNKNOWN,
            )
