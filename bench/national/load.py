"""Questions at the moments that they are told, whether or not the ones before were answered."""

import asyncio
import time
from collections import Counter
from itertools import count
from typing import Any

import aiohttp
import orjson
import uvloop

from bench.processes.worker import obeying


async def obey(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Each question's seconds, its status and its outcomes, in the order of their moments.

    `arrivals` has the moment and the agencies of each, `body` what all of them share.
    """
    headers = {**order["headers"], "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        begun, numbers = time.perf_counter(), count()

        async def question(at: float, agencies: list[str]) -> dict[str, Any]:
            await asyncio.sleep(max(0.0, begun + at - time.perf_counter()))
            body = _body(order["body"], agencies, next(numbers))
            came = time.perf_counter()
            async with session.post(order["url"], data=body) as response:
                answer = await response.read()
            took = time.perf_counter() - came
            return {"took": took, "status": response.status, **_outcomes(answer)}

        return await asyncio.gather(*(question(*each) for each in order["arrivals"]))


def _body(body: dict[str, Any], agencies: list[str], number: int) -> bytes:
    variables = dict(body["variables"])
    variables["reason"] = {**variables["reason"], "caseReference": f"N-{number}"}
    variables["scope"] = {"agencies": agencies}
    return orjson.dumps({**body, "variables": variables})


def _outcomes(answer: bytes) -> dict[str, Any]:
    child = (orjson.loads(answer).get("data") or {}).get("child") or {"answers": []}
    return {"outcomes": Counter(row["outcome"] for row in child["answers"])}


if __name__ == "__main__":
    uvloop.run(obeying(obey))
