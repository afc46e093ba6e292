"""What the screen of each recipe shows, case by case: one gateway, one process for each client."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from gateway.identity.development_token import issue
from gateway.model.clock import Clock
from tests.support.adapters.foreign_servers import installed, needed
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.clients.line import PAGES, Line, Seen
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.town import KNOWN, PRACTITIONER, QUERY, Town, small_town, variables_for

PAGE: Final = Path(__file__).parents[3] / "docs/front-end"
SCRIPTS: Final = Path(__file__).parents[2] / "stories/clients"
NOAH: Final[Mapping[str, Any]] = {
    **MIRA,
    "id": "p-2",
    "nhs": "9990000115",
    "upn": "X801200001002",
    "family": "Birch",
    "given": "Noah",
    "born": "2013-11-02",
    "workers": [{"name": "Ada Quill", "role": "Family worker", "telephone": "01632 960222"}],
}
OTHER: Final = {"nhsNumber": "9990000123", "birthDate": "2012-04-05"}
WHY: Final = "Written by nobody else"
CUTS: Final = tuple(
    f"cut-{place}-{manner}"
    for place in ("1", "rows", "last", "half")
    for manner in ("reset", "end")
)
_PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class Case:
    """A question or several of one screen; `fault` is of the line, "direct" goes without one.

    The third agency answers once two rows stand on the screen, where it is `shut` before.
    """

    name: str
    fault: str = "none"
    token: str | None = None
    shut: bool = False
    leaves: bool = False
    before: str | None = None
    children: tuple[Mapping[str, Any], ...] = (KNOWN,)
    purpose: str = "SAFEGUARDING"

    @property
    def in_one_piece(self) -> "Case":
        """The same for a client that takes no parts, and so shows nothing while it waits."""
        return replace(self, shut=False, leaves=False)


TWO: Final = Case(
    "two-children", children=(KNOWN, {"nhsNumber": NOAH["nhs"], "birthDate": NOAH["born"]})
)
REFUSALS: Final = (
    Case("401", token="nobody's"),
    Case("403", purpose="EMERGENCY"),
    Case("400", children=({"nhsNumber": "9000000008", "birthDate": "9 March"},)),
    Case("429", children=(OTHER,)),
    Case("503", before="full"),
    *(Case(name, fault=name) for name in PAGES),
)
CASES: Final = (
    Case("direct", fault="direct"),
    Case("streamed", shut=True),
    Case("trickle", fault="trickle"),
    TWO,
    Case("leaves", shut=True, leaves=True),
    *(Case(cut, fault=cut, shut=cut[4] in "1r") for cut in CUTS),
    *REFUSALS,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one case showed: the states of each view, errors as a tracker sees them, and traces."""

    name: str
    states: list[list[dict[str, Any]]]
    errors: list[str]
    said: list[str]
    kept: list[str]
    held: str
    seen: list[Seen] = field(default_factory=list)
    left: bool = False

    @property
    def last(self) -> dict[str, Any]:
        """What stands on the (first) screen in the end."""
        return self.states[0][-1]


def _this_hour() -> Callable[[], datetime]:
    """A clock that stops when the hour ends: children are counted by the hour."""
    end = datetime.now(UTC).replace(minute=59, second=59, microsecond=0)
    return lambda: min(datetime.now(UTC), end)


class Street:
    """Three agencies, the third behind a gate; and whatever a case needs to have happened."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.url = ""
        self.town: Town
        self.line: Line
        self.now = _this_hour()
        self._waiting: list[asyncio.Task[Any]] = []
        self._people = 0
        self._asked = asyncio.Semaphore(0)

    def token(self, user: str) -> str:
        """A token of a practitioner of this name, by the clock of the street."""
        caller, now = replace(PRACTITIONER, user=user), self.now().timestamp()
        return issue(caller, self.town.settings, now=now, lifetime_s=600)

    async def control(self, request: web.Request) -> web.Response:
        """POST /shut, /open, or /full: as many questions as the gateway takes are under way."""
        match request.path:
            case "/shut":
                self.gate.clear()
            case "/open":
                await self.open()
            case "/full":
                await self.fill()
        return web.Response()

    async def open(self) -> None:
        """Nobody waits at the gate any more."""
        self.gate.set()
        await asyncio.gather(*self._waiting)
        self._waiting.clear()

    async def wait(self, _: web.Request) -> None:
        """The third agency waits here."""
        self._asked.release()
        await self.gate.wait()

    async def fill(self) -> None:
        """As many people as there are places ask, each for the first time: nothing is at hand."""
        self.gate.clear()
        self._asked = asyncio.Semaphore(0)
        for _ in range(_PLACES):
            self._people += 1
            headers = {"Authorization": f"Bearer {self.token(f'passer-by-{self._people}')}"}
            asked = self.town.post({"query": QUERY, "variables": variables_for()}, headers)
            self._waiting.append(asyncio.create_task(asked))
            await self._asked.acquire()


@asynccontextmanager
async def street(folder: Path) -> AsyncIterator[Street]:
    """The street with its gateway, and a line to it that may break."""
    there = Street()
    children = (MIRA, NOAH)
    open_agency = AgencyServer(children=children)
    gated = AgencyServer(children=children, before=there.wait)
    async with (
        serving(open_agency.answer) as fast,
        serving(gated.answer) as slow,
        serving(there.control) as there.url,
    ):
        sources = [
            rest_source("spine", fast, claims=AUTHORITY),
            rest_source("quick", fast),
            rest_source("slow", slow, timeout="60s", says_restricted=False),
        ]
        limits = {
            "questions__deadline": 60,
            "questions__under_way": _PLACES,
            "limits__children_per_hour": 2,
        }
        async with small_town(folder, sources, Clock(now=there.now), **limits) as town:
            there.town = town
            there.line = Line(town.url, town.session)
            async with serving(there.line.carry) as there.line.url:
                yield there
                await there.open()


def workshop(folder: Path) -> Path:
    """A folder with the code of the pages, our scripts, and the clients that they import."""
    programs = installed(SCRIPTS) / "node_modules"
    folder.mkdir()
    for place in (folder, folder / "apollo-3"):
        place.mkdir(exist_ok=True)
        for file in (*SCRIPTS.glob("*.mjs"), *PAGE.glob("*.mjs")):
            shutil.copyfile(file, place / file.name)
    (folder / "node_modules").symlink_to(programs)
    (folder / "apollo-3/node_modules/@apollo").mkdir(parents=True)
    (folder / "apollo-3/node_modules/@apollo/client").symlink_to(programs / "apollo-client-3")
    compiled_for_relay(folder)
    return folder


def compiled_for_relay(folder: Path) -> Path:
    """What Relay's compiler makes of the page's documents."""
    compiler = installed(SCRIPTS / "types") / "node_modules/relay-compiler/cli.js"
    for file in (
        PAGE / "relay-question.js",
        PAGE / "relay.config.json",
        PAGE.parents[1] / "schema.graphql",
    ):
        shutil.copyfile(file, folder / file.name)
    command = [needed("node"), str(compiler), "relay.config.json"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)  # noqa: S603
    return folder / "__generated__"


async def shown_by(there: Street, recipe: str, cases: Sequence[Case]) -> dict[str, Shown]:
    """What the screen of one recipe shows in each case, all of them in one process.

    `recipe` is a file, or "FILE#CLIENT" for one of several in it.
    """
    there.line.seen.clear()
    there.line.left.clear()
    own = there.token(Path(recipe).name.replace(" ", "-"))
    told_cases = [told(case, own, there) for case in cases]
    order = {"recipe": recipe, "control": there.url, "cases": told_cases}
    script = Path(recipe.split("#", maxsplit=1)[0]).with_name("asking.mjs")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        needed("node"), str(script), stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        out, err = await patiently(process.communicate(json.dumps(order).encode()))
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, err.decode()[-3_000:]
    shown = [_shown(json.loads(line), there.line) for line in out.decode().splitlines()]
    return {each.name: each for each in shown}


def _shown(said: dict[str, Any], line: Line) -> Shown:
    case = said["name"]
    return Shown(**said, seen=line.seen.get(case, []), left=case in line.left)


def told(case: Case, own: str, there: Street) -> dict[str, Any]:
    """A case as a client is told it: where to ask, as whom, what; `own` is the client's token."""
    between = f"{there.line.url}/{case.name}/{case.fault}/graphql"
    asked = [variables_for(known) for known in case.children]
    for variables in asked:
        variables["reason"] |= {"purpose": case.purpose, "justification": WHY}
    return {
        "name": case.name,
        "url": f"{there.town.url}/graphql" if case.fault == "direct" else between,
        "token": own if case.token is None else case.token,
        "shut": case.shut,
        "leaves": case.leaves,
        "before": case.before,
        "children": asked,
    }
