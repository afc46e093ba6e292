"""The bare fan-out: what any client pays to ask the same agencies and decode their answers.

One aiohttp session an agency, uvloop, orjson; no limits, no policy, no log, no meaning.
"""

import asyncio
import time
from typing import Any

import aiohttp
import orjson
import uvloop

from bench.processes.volley import volley
from bench.processes.worker import obeying
from bench.town.record import BIRTH_DATE, NHS_NUMBER

_QUERY = {"nhs": NHS_NUMBER, "born": BIRTH_DATE}


class FanOut:
    """The sessions to every agency, kept from order to order."""

    def __init__(self) -> None:
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Ask `urls` `count` times, `in_flight` at once: CPU seconds and each question's time."""
        sessions = [self._session(url) for url in order["urls"]]

        async def question() -> None:
            await asyncio.gather(*(_ask(session) for session in sessions))

        started = time.process_time()
        took_s = await volley(question, order["count"], order["in_flight"])
        return {"cpu_s": time.process_time() - started, "took_s": took_s}

    def _session(self, url: str) -> aiohttp.ClientSession:
        if url not in self._sessions:
            self._sessions[url] = aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar())
        return self._sessions[url]


async def _ask(session: aiohttp.ClientSession) -> Any:
    async with session.get("/children", params=_QUERY) as response:
        return orjson.loads(await response.read())


if __name__ == "__main__":
    uvloop.run(obeying(FanOut().obey))
