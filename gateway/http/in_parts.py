"""A response in parts: each leaves in its turn, and only when what it says is in the log."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, Final

from graphql.execution import ExperimentalIncrementalExecutionResults
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from gateway.http.delivery import Delivery
from gateway.http.errors import HEADERS, codes, said
from gateway.http.ordering import OrderedParts
from gateway.model import events
from gateway.model.errors import TryLater

_UNBUFFERED: Final = {"X-Accel-Buffering": "no"}  # or a proxy would keep parts until it has many


class BrokenOffError(Exception):
    """The rest of the answer cannot be given: the connection is cut, so that its client knows."""


class InParts(StreamingResponse):
    """A response in parts; `end` is called once it is over, however it ends.

    A reader who takes nothing for `patience_s` seconds is given up, so that none keeps a place.
    A response that is not whole never ends as one that is: its connection is cut.
    """

    def __init__(
        self,
        parts: AsyncGenerator[bytes, None],
        end: Callable[[], Awaitable[None]],
        delivery: Delivery,
        patience_s: float = 10.0,
    ) -> None:
        headers = {**HEADERS, **_UNBUFFERED}
        super().__init__(parts, media_type=delivery.media_type, headers=headers)
        self._parts = parts
        self._end = end
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send part after part."""

        async def send_soon(message: Message) -> None:
            # Not wait_for: before Python 3.12 it could lose a cancellation.
            async with asyncio.timeout(self._patience_s):
                await send(message)

        try:
            with suppress(TimeoutError, BrokenOffError):
                await super().__call__(scope, receive, send_soon)
        finally:
            await self._parts.aclose()
            await self._end()


Payloads = AsyncGenerator[dict[str, Any], None]


async def payloads(
    first: dict[str, Any], result: ExperimentalIncrementalExecutionResults, ordered: OrderedParts
) -> Payloads:
    """The payloads of an answer, each in its turn."""
    yield first
    async with aclosing(result.subsequent_results) as following:
        async for later in following:
            if (leaving := ordered.next(said(later.formatted))) is not None:
                yield leaving


async def framed(
    coming: Payloads,
    delivery: Delivery,
    declare: Callable[[], Awaitable[None]],
    refused: Callable[[str], None],
) -> AsyncGenerator[bytes, None]:
    """The parts as they stand in the body; BrokenOffError if one of them cannot be given.

    `refused` hears the code of each refusal that leaves, and of the one that ends them.
    """
    form, first = delivery.form(), True
    try:
        async with aclosing(_kept_alive(coming, delivery.alive_s)) as each:
            async for payload in each:
                if payload is None:
                    yield delivery.framing.alive or b""
                    continue
                await declare()
                for code in codes(payload):
                    refused(code)
                yield delivery.framing.part(form(payload), first=first)
                first = False
    except TryLater as later:  # what cannot be logged does not leave
        refused(later.code)
        raise BrokenOffError from None
    except Exception as bug:  # noqa: BLE001  whatever it was, its text stays inside
        events.failed(bug)
        raise BrokenOffError from None


async def _kept_alive(
    coming: Payloads, every_s: float | None
) -> AsyncGenerator[dict[str, Any] | None, None]:
    """The payloads, and None for every so many seconds without one."""
    async with aclosing(coming):
        while True:
            waited = asyncio.ensure_future(anext(coming))
            try:
                while not (await asyncio.wait({waited}, timeout=every_s))[0]:
                    yield None
                yield waited.result()
            except StopAsyncIteration:
                return
            finally:
                waited.cancel()
                await asyncio.gather(waited, return_exceptions=True)
