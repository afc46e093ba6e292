"""How soon a row comes to its reader after its agency answered: `make bench-rows`.

The agencies answer one after the other, so that each row has a part of its own. What is measured is
from the moment at which an agency writes its answer to the one at which the reader has its row.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

import aiohttp
from aiohttp import web

from bench.processes.gateway_process import GatewayProcess, gateway_process
from bench.town.files import write_town
from bench.town.question import body_of
from bench.town.record import answer_of

APART_S: Final = 0.03
AGENCIES: Final = [f"agency-{number:02}" for number in range(1, 9)]
ROWS: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    receipt { queryId }
    restriction
    answers @stream { agency { id } outcome involvements { role practitioner { name } } }
    ... @defer { completeness { complete } }
  }
}
"""


@dataclass(slots=True)
class Agencies:
    """Agencies that answer one after the other; `answered` has when each did last."""

    answered: dict[str, float] = field(default_factory=dict)

    async def open(self, stack: AsyncExitStack) -> dict[str, str]:
        """Listen for each agency on a port of its own; gives the URLs."""
        return {agency: await self._listen(agency, stack) for agency in AGENCIES}

    async def _listen(self, agency: str, stack: AsyncExitStack) -> str:
        body, wait_s = answer_of(agency, 0), APART_S * AGENCIES.index(agency)

        async def answer(_: web.BaseRequest) -> web.Response:
            await asyncio.sleep(wait_s)
            self.answered[agency] = perf_counter()
            return web.Response(body=body, content_type="application/json")

        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"


async def asked(
    session: aiohttp.ClientSession, gateway: GatewayProcess, number: int
) -> Mapping[str, float]:
    """When each agency's row came of one streamed question."""
    body = body_of(ROWS, AGENCIES)
    body["variables"]["reason"]["caseReference"] = f"B-{number}"
    headers = {**gateway.headers, "Accept": "multipart/mixed"}
    came: dict[str, float] = {}
    async with session.post(gateway.url, json=body, headers=headers) as response:
        reader = aiohttp.MultipartReader.from_response(response)
        while isinstance(part := await reader.next(), aiohttp.BodyPartReader):
            payload: dict[str, Any] = json.loads(await part.text())
            for each in payload.get("incremental", ()):
                if len(each["path"]) == 3:
                    came[each["data"]["agency"]["id"]] = perf_counter()
    return came


async def measured(folder: Path, questions: int) -> list[float]:
    """The milliseconds of every row, those of the first agency left out: all wait for it."""
    agencies = Agencies()
    async with AsyncExitStack() as stack:
        urls = await agencies.open(stack)
        gateway = stack.enter_context(gateway_process(write_town(folder, urls)))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        took: list[float] = []
        for number in range(questions + 5):
            came = await asked(session, gateway, number)
            rows = [(came[each] - agencies.answered[each]) * 1000 for each in AGENCIES[1:]]
            took += rows if number >= 5 else []
        return took


def main() -> None:
    """Print the median and the slowest tenth."""
    parser = argparse.ArgumentParser(prog="python -m bench.questions.rows", description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    with TemporaryDirectory() as folder:
        took = asyncio.run(measured(Path(folder), parser.parse_args().questions))
    print(f"rows: {len(took)}, from the agency's answer to the reader:")
    print(f"median {median(took):.2f} ms, nine of ten within {quantiles(took, n=10)[-1]:.2f} ms")


if __name__ == "__main__":
    main()
