"""Shown traces in the words of OTLP, by OpenTelemetry's own kit."""

from collections.abc import Iterable

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from gateway.http.traces.shape import CALL, ShownSpan, ShownTrace
from gateway.model.figures import ANSWER

_NS = 1_000_000_000


class SpanWriter:
    """Makes requests for `/v1/traces`; each trace has an id that nothing else has."""

    def __init__(self, resource: Resource) -> None:
        self._ended = _Ended()
        provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=resource,
            span_limits=SpanLimits(),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(self._ended)
        self._tracer = provider.get_tracer("teamaround")

    def written(self, traces: Iterable[ShownTrace], at_ns: int) -> bytes:
        """All of them; each ends at `at_ns`, whenever it was."""
        for trace in traces:
            self._write(trace, at_ns - round(trace.took_s * _NS))
        spans, self._ended.spans = self._ended.spans, []
        body: bytes = encode_spans(spans).SerializeToString()
        return body

    def _write(self, trace: ShownTrace, began_ns: int) -> None:
        root = self._tracer.start_span(
            "question",
            kind=SpanKind.SERVER,
            start_time=began_ns,
            attributes={"teamaround.result": trace.result},
            links=_links(trace),
        )
        answer = root
        for each in trace.spans:
            span = self._span(each, answer if each.name == CALL else root, began_ns)
            if each.name == ANSWER:
                answer = span
        root.end(began_ns + round(trace.took_s * _NS))

    def _span(self, shown: ShownSpan, parent: Span, began_ns: int) -> Span:
        kind, attributes = SpanKind.INTERNAL, {}
        if shown.name == CALL:
            kind = SpanKind.CLIENT
            attributes = {"teamaround.source": shown.source, "teamaround.went": shown.went}
        span = self._tracer.start_span(
            shown.name,
            context=set_span_in_context(parent),
            kind=kind,
            start_time=began_ns + round(shown.at_s * _NS),
            attributes=attributes,
        )
        if shown.went == "failed":
            span.set_status(Status(StatusCode.ERROR))
        span.end(began_ns + round(shown.ends_s * _NS))
        return span


class _Ended(SpanProcessor):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        """Keep it until the request is made."""
        self.spans.append(span)


def _links(trace: ShownTrace) -> list[Link]:
    """The trace that the caller stated, if the operator wants it named: two numbers, no more."""
    if trace.linked is None:
        return []
    of_trace, of_span = trace.linked
    return [Link(SpanContext(of_trace, of_span, is_remote=True, trace_flags=TraceFlags(0)))]
