"""An OpenTelemetry collector on loopback that keeps what it got, as it came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.loopback import serving

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Collector:
    """What came: each request's path, headers and body. `answer` says what is answered."""

    answer: Answer
    url: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Keep one request, and answer it."""
        body = await request.read()
        async with self._came:
            self.paths.append(request.path)
            self.headers.append(dict(request.headers))
            self.bodies.append(body)
            self._came.notify_all()
        return await self.answer(request)

    async def until(self, enough: Callable[["Collector"], bool]) -> None:
        """Wait until enough came."""
        async with self._came:
            await self._came.wait_for(lambda: enough(self))

    def spans(self) -> Iterator[Any]:
        """Every span that came, as OTLP has it."""
        for body in self._of("/v1/traces"):
            for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for of_scope in of_resource.scope_spans:
                    yield from of_scope.spans

    def metrics(self) -> Iterator[Any]:
        """Every metric that came, as OTLP has it."""
        for body in self._of("/v1/metrics"):
            for of_resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for of_scope in of_resource.scope_metrics:
                    yield from of_scope.metrics

    def everything(self) -> list[str]:
        """All of it in words, and each byte as a character, for whoever searches."""
        decoded = [str(each) for each in (*self.spans(), *self.metrics())]
        raw = [body.decode("latin-1") for body in self.bodies]
        numbers = [f"{span.trace_id.hex()} {span.span_id.hex()}" for span in self.spans()]
        return [*decoded, *raw, *map(str, self.headers), *self.paths, *numbers]

    def _of(self, path: str) -> Iterator[bytes]:
        return (body for at, body in zip(self.paths, self.bodies, strict=True) if at == path)


async def taken(_: web.Request) -> web.Response:
    """All of it is taken."""
    return web.Response(content_type="application/x-protobuf")


@asynccontextmanager
async def collecting(answer: Answer = taken) -> AsyncIterator[Collector]:
    """A collector that answers so."""
    collector = Collector(answer)
    async with serving(collector.take) as url:
        collector.url = url
        yield collector


def attributes(of: Any) -> dict[str, Any]:
    """The attributes of a span or a point, whose values are texts."""
    return {each.key: each.value.string_value for each in of.attributes}
