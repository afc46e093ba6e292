"""The load: questions to the gateway over HTTP, from a process of its own, every answer checked."""

from itertools import count
from typing import Any

import aiohttp
import orjson
import uvloop

from bench.processes.volley import volley
from bench.processes.worker import obeying


class AnswerWrongError(Exception):
    """The gateway did not say what the bench counts on, so its figures would mean nothing."""


async def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Post `body` `count` times, `in_flight` at once: each one's time and the answer's length."""
    lengths: list[int] = []
    numbers = count()
    headers = {**order["headers"], "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def question() -> None:
            body = _asked_anew(order["body"], next(numbers))
            async with session.post(order["url"], data=body) as response:
                answer = await response.read()
            check(response.status, answer, order["agencies"], order.get("unanswered", 0))
            lengths.append(len(answer))

        took_s = await volley(question, order["count"], order["in_flight"])
    return {"took_s": took_s, "length": max(lengths)}


def _asked_anew(body: dict[str, Any], number: int) -> bytes:
    # The same question for the same reason at the same time would share the calls to agencies.
    variables = body["variables"]
    reason = {**variables["reason"], "caseReference": f"B-{number}"}
    return orjson.dumps({**body, "variables": {**variables, "reason": reason}})


def check(status: int, answer: bytes, agencies: int, unanswered: int = 0) -> None:
    """AnswerWrongError unless all agencies but the `unanswered` have the child, and it says so."""
    said = orjson.loads(answer)
    if status != 200 or "errors" in said:
        raise AnswerWrongError(f"status {status}, errors: {said.get('errors')}")
    for child in said["data"].get("children") or [said["data"]["child"]]:
        outcomes = [row["outcome"] for row in child["answers"]]
        found = outcomes.count("HAS_RECORD"), len(outcomes), child["completeness"]["complete"]
        if found != (agencies - unanswered, agencies, not unanswered):
            raise AnswerWrongError(f"outcomes: {outcomes}")


if __name__ == "__main__":
    uvloop.run(obeying(obey))
