"""A town in which somebody breaks the glass, and somebody reviews it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, LOCAL, MIRA, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.patience import PATIENCE_S
from tests.support.town import (
    KNOWN,
    PRACTITIONER,
    QUERY,
    REASON,
    Answer,
    Town,
    small_town,
    variables_for,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday
FRESH = replace(PRACTITIONER, signed_in_at=int(NOW.timestamp()) - 60, manager="m.anager")
REVIEWER = replace(
    FRESH, user="r.eviewer", organisation="audit", roles=frozenset({"auditor"}), manager=None
)
BREAK = """
mutation Break($known: KnownDetails!, $justification: String!) {
  breakGlass(known: $known, justification: $justification) { id expiresAt reviewBy }
}
"""
GRANT: Final = {"known": KNOWN, "justification": "she is missing"}
REVIEW = """
mutation Review($entry: LogIndex!, $note: String!) {
  reviewAccess(entry: $entry, verdict: EXPLAINED, note: $note) { index kind }
}
"""


@dataclass(slots=True)
class Scene:
    """A town whose shield authority cannot clear Mira, an inbox, and a clock that a test sets."""

    now: datetime = NOW
    inbox: list[dict[str, Any]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    town: Town = field(init=False)

    async def take(self, request: web.Request) -> web.Response:
        """A privacy officer's or deputy's webhook, or the mail hook."""
        self.inbox.append({"path": request.path, **await request.json()})
        self.came.set()
        return web.Response()

    def headers(self, caller: Caller) -> dict[str, str]:
        """A caller's headers, with a token of this moment."""
        now = self.now.timestamp()
        token = issue(caller, self.town.settings, now=now, lifetime_s=600)
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async def ask(self, caller: Caller = FRESH, **reason: Any) -> Answer:
        """Ask about Mira."""
        return await self.known(KNOWN, caller, **reason)

    async def known(self, known: Any, caller: Caller = FRESH, **reason: Any) -> Answer:
        """Ask about a child so known."""
        variables = {**variables_for(known), "reason": {**REASON, **reason}}
        return await self.town.post({"query": QUERY, "variables": variables}, self.headers(caller))

    async def break_glass(self, caller: Caller = FRESH, why: str = "she is missing") -> Answer:
        """Ask for a break-glass grant about Mira."""
        variables = {**GRANT, "justification": why}
        return await self.town.post({"query": BREAK, "variables": variables}, self.headers(caller))

    async def review(self, entry: int, caller: Caller = REVIEWER, note: str = "fine") -> Answer:
        """Review an entry."""
        body = {"query": REVIEW, "variables": {"entry": str(entry), "note": note}}
        return await self.town.post(body, self.headers(caller))

    async def told(self, count: int, *, alerts: bool = False) -> list[dict[str, Any]]:
        """The notices of grants once there are so many, or those of alerts, which come as well."""

        def heard() -> list[dict[str, Any]]:
            return [each for each in self.inbox if alerts == (each["what"] == "alert-overdue")]

        async with asyncio.timeout(PATIENCE_S):
            while len(heard()) < count:
                self.came.clear()
                await self.came.wait()
        return heard()

    @property
    def granted_at(self) -> int:
        """The entry of the newest grant."""
        kinds = [entry["kind"] for entry in logged(self.town.settings.files.state)]
        return len(kinds) - 1 - kinds[::-1].index("BREAK_GLASS")


@asynccontextmanager
async def scene(
    folder: Path, child: Mapping[str, Any] = MIRA, beside: Sequence[str] = (), /, **settings: Any
) -> AsyncIterator[Scene]:
    """The town, its council, agencies beside the shield set, and places that take notices."""
    made = Scene()
    async with (
        serving(AgencyServer().answer) as where,
        serving(AgencyServer(children=(child,)).answer) as council,
        serving(made.take) as place,
    ):
        sources = [
            rest_source("spine", where, claims=AUTHORITY, says_restricted=False),
            rest_source("council", council, claims=LOCAL, says_restricted=True),
            *(rest_source(name, council) for name in beside),
        ]
        notices = (
            f'mail_hook = "{place}/mail"\ndeputies = ["{place}/deputy"]\n'
            f'privacy_officer = [{{ agency = "council", place = "{place}/council" }},'
            ' { agency = "spine", place = "mailto:dpo@spine.example" },'
            ' { agency = "elsewhere", place = "http://127.0.0.1:9/never" }]\n'
        )
        clock = Clock(now=lambda: made.now)
        more = {"server__public_url": "https://gateway.example/graphql", **settings}
        async with small_town(folder, sources, clock, operator=notices, **more) as made.town:
            yield made


def code(answer: Answer) -> str:
    return str(answer.body["errors"][0]["extensions"]["code"])


async def grant(on: Scene) -> str:
    granted: str = (await on.break_glass()).body["data"]["breakGlass"]["id"]
    return granted
