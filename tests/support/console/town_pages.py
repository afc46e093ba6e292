"""The pages over the gateway of a small town, whose clock a test sets, for all who sign in."""

import asyncio
import socket
import threading
import tomllib
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import uvicorn
from aiohttp import web
from playwright.sync_api import Page

from console.app import pages_app
from console.config.settings import LogTable, PagesSettings, ProviderSettings, SessionTable
from console.pages.assets import Assets
from demo.pages.people import DemoPerson
from demo.pages.sign_in_service import CLIENT, SignInService
from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from tests.support.console.browser import sign_in_unseen
from tests.support.families import CHILD, DISCLOSED, PARENT, Families, families
from tests.support.patience import PATIENCE_S
from tests.support.town import PRACTITIONER

T = TypeVar("T")
RULES: Final = (
    DISCLOSED,
    '{ agency = "spine", show = "now" }',
    '{ organisation = "southmere", show = "now" }',
    '{ organisation = "held-back", show = "after", days = 3000 }',
)
YOUNG: Final = {**CHILD, "birthdate": "2012-03-09"}
_OTHER: Final = {**CHILD, "nhs_number": "9000000025", "birthdate": "2016-05-04"}
_TWO: Final = [*PARENT["children"], {**_OTHER, "parental_responsibility": "verified"}]
FAMILY: Final[Mapping[str, Mapping[str, Any]]] = {
    "A young person": YOUNG,
    "A young person whose looks are held back": {**YOUNG, "nhs_number": "9000000017"},
    "A young person nobody knows": {**YOUNG, "nhs_number": "9000000033"},
    "A parent": PARENT,
    "A parent of two": {"children": _TWO},
    "A child of eleven": CHILD,
}
STAFF: Final[Mapping[str, Caller]] = {
    "A practitioner": PRACTITIONER,
    "An auditor": replace(
        PRACTITIONER, user="a.quill", organisation="audit", roles=frozenset({"auditor"})
    ),
    "A privacy officer": replace(
        PRACTITIONER, user="h.tarn", organisation="council", roles=frozenset({"privacy-officer"})
    ),
    "An operator": replace(
        PRACTITIONER, user="j.finch", organisation="operator", roles=frozenset({"operator"})
    ),
    "An agency's IT": replace(
        PRACTITIONER,
        user="p.rowe",
        organisation="council",
        roles=frozenset({"source-registrar"}),
    ),
    "An agency's approver": replace(
        PRACTITIONER,
        user="d.marsh",
        organisation="council",
        roles=frozenset({"information-governance"}),
    ),
    "An agency's IT who approves too": replace(
        PRACTITIONER,
        user="p.rowe",
        organisation="council",
        roles=frozenset({"source-registrar", "information-governance"}),
    ),
}


@dataclass(slots=True)
class TownPages:
    """The pages at `url`, and the town; what happens there happens in the loop of a thread."""

    loop: asyncio.AbstractEventLoop
    at: Families = field(init=False)
    url: str = ""

    def do(self, happening: Coroutine[Any, Any, T]) -> T:
        """Have something happen in the town."""
        return asyncio.run_coroutine_threadsafe(happening, self.loop).result(PATIENCE_S)

    def let_practitioners_ask(self) -> None:
        """A practitioner asks twice about Mira, others once, and one where nothing may be told."""
        held_back = replace(PRACTITIONER, organisation="held-back")
        elsewhere = replace(PRACTITIONER, organisation="southmere", user="<b>x.other</b>")
        unknown = {"nhsNumber": "9000000017", "birthDate": "2012-03-09"}
        for caller in (PRACTITIONER, PRACTITIONER, elsewhere, held_back):
            self.do(self.at.practitioner_asks(caller))
            self.at.sleep(minutes=1)
        self.do(self.at.practitioner_asks(held_back, unknown))
        self.at.sleep(days=1)

    def grant(self, source: str, agency: str) -> str:
        """The operator grants a source of this agency the town hall's address; gives it."""
        operator = self.at.town.settings.files.operator
        address: str = tomllib.loads(operator.read_text("utf-8"))["grant"][-1]["origins"][0]
        told = f'[[grant]]\nsource = "{source}"\nagency = "{agency}"\norigins = ["{address}"]\n'
        operator.write_text(f"{operator.read_text('utf-8')}\n{told}", "utf-8")
        headers = {"Authorization": f"Bearer {self.token('An operator')}"}
        said = self.do(self.at.town.post({"query": "mutation { reload }"}, headers))
        assert "errors" not in said.body, said.text
        return address

    def people(self) -> tuple[DemoPerson, ...]:
        """All who can sign in."""
        return (
            *(_family(who, claims, self) for who, claims in FAMILY.items()),
            *(_staff(who, caller, self) for who, caller in STAFF.items()),
        )

    def token(self, who: str) -> str:
        """An access token of one of them."""
        return next(person.token() for person in self.people() if person.who == who)

    def sign_in(self, page: Page, who: str, first: str = "/") -> None:
        """Sign in as one of them, who opens `first`."""
        sign_in_unseen(page, self.url, who, first)


def _family(who: str, claims: Mapping[str, Any], pages: TownPages) -> DemoPerson:
    def token() -> str:
        return pages.at.headers(claims)["Authorization"].removeprefix("Bearer ")

    return DemoPerson(who, who, who, (), token)


def _staff(who: str, caller: Caller, pages: TownPages) -> DemoPerson:
    def token() -> str:
        now = pages.at.now.timestamp()
        fresh = replace(caller, signed_in_at=int(now))
        return issue(fresh, pages.at.town.settings, now=now, lifetime_s=600)

    return DemoPerson(who, who, who, (), token)


@contextmanager
def town_pages(folder: Path, **more: Any) -> Iterator[TownPages]:
    """The town and its pages while they are served; `more` are settings of the pages."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    pages = TownPages(loop)
    opened = _served(pages, folder, more)
    try:
        pages.do(opened.__aenter__())
        yield pages
    finally:
        pages.do(opened.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


@asynccontextmanager
async def _served(pages: TownPages, folder: Path, more: Mapping[str, Any]) -> AsyncIterator[None]:
    listening = socket.create_server(("127.0.0.1", 0))
    pages.url = f"http://localhost:{listening.getsockname()[1]}"
    async with (
        families(folder, RULES) as pages.at,
        _signing_in(pages) as issuer,
    ):
        settings = PagesSettings(
            public_url=pages.url,
            gateway=f"{pages.at.town.url}/graphql",
            environment="development",
            sign_in=ProviderSettings(issuer=issuer, client_id=CLIENT),
            session=SessionTable(key=folder / "session.key"),
            log=LogTable(key=pages.at.town.pipeline.publication.signer.verifier_key),
            **more,
        )
        config = uvicorn.Config(
            pages_app(settings, b"s" * 32, Assets.read()),
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        yield
        server.should_exit = True
        await serving


@asynccontextmanager
async def _signing_in(pages: TownPages) -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    issuer = f"http://localhost:{listening.getsockname()[1]}"
    service = SignInService(issuer, pages.url, pages.people()).app()
    runner = web.AppRunner(service, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    try:
        yield issuer
    finally:
        await runner.cleanup()
