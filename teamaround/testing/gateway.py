"""A whole gateway around one source: the same stages, log and rules as any other."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp

from adapters.contract.codes import Purpose, Sector
from adapters.network.secrets import SecretMissing
from adapters.validation.loading import ManifestInvalid
from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.http.app import build_app, open_gateway
from gateway.identity.development_token import development_key, issue
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.model.heard_bugs import hearing_bugs
from gateway.registry.signing_keys import open_keys_on_behalf
from teamaround.testing.answer import FAILURES, QUERY, GatewayAnswer, answer_of
from teamaround.testing.calling import posted
from teamaround.testing.operator_files import Site, TriedSource, write_site

_LIFETIME_S: Final = 600
_REASON: Final = {"justification": "a test", "caseReference": "T-1"}


class QuestionRefused(Exception):
    """The gateway refused the question; the message begins with its code."""


class SourceUnusable(Exception):
    """No gateway opens with this source; the message says what to change in manifest or test."""


class SourceRaised(Exception):
    """The source raised instead of replying, which a gateway takes for INVALID_RESPONSE.

    What it raised is this exception's cause.
    """


@dataclass(frozen=True, slots=True)
class GatewayAround:
    """The running gateway; `ask` it."""

    site: Site
    app: ASGIApp
    numbers: Iterator[int] = field(default_factory=count)

    async def ask(  # noqa: PLR0913 - who asks, and what the register says, have usual values
        self,
        known: Mapping[str, Any],
        *,
        sector: Sector = Sector.SOCIAL_CARE,
        role: str = "practitioner",
        purpose: Purpose = Purpose.SAFEGUARDING,
        learned: Mapping[str, Any] | None = None,
        restricted: bool = False,
    ) -> GatewayAnswer:
        """Ask about a child who is called as in `known`: names and values of KnownDetails.

        Somebody of this `sector` and `role` asks, in an area that the source serves. The made-up
        register holds the child, with what `learned` says beside, and marks her if `restricted`.
        QuestionRefused if the gateway refuses; SourceRaised if the source has a bug.
        """
        self.site.register.put({**known, **(learned or {})}, restricted=restricted)
        variables = {"known": dict(known), "reason": {**_REASON, "purpose": purpose}}
        with hearing_bugs() as bugs:
            asked = await self._data(QUERY, variables, self._caller(sector, role, purpose))
        if bugs:
            raise SourceRaised("the source raised instead of replying") from bugs[0]
        roles = self.site.settings.roles
        operator = self._caller(Sector.OTHER, roles.operator, purpose)
        listed = await self._data(FAILURES, {}, operator)
        source = self.site.manifest.source
        failed = next(one for one in listed["sources"] if one["id"] == source.id)
        return answer_of(source.agency, asked, failed)

    @property
    def on_behalf_keys(self) -> bytes:
        """The JWKS by which an agency checks who asked it, as a gateway publishes it."""
        return open_keys_on_behalf(self.site.settings.files).published

    def _caller(self, sector: Sector, role: str, purpose: Purpose) -> Caller:
        return Caller(
            issuer=DEFAULT_ISSUER,
            user=f"a.tester{next(self.numbers)}",  # nobody is answered from what another asked
            organisation="teamaround-testing",
            sector=sector,
            roles=frozenset({role}),
            purposes=frozenset({purpose}),
            areas=(self.site.area,),
            accreditation=frozenset({"information-sharing"}),
            signed_in_at=int(time.time()),
        )

    async def _data(
        self, query: str, variables: Mapping[str, Any], caller: Caller
    ) -> dict[str, Any]:
        token = issue(caller, self.site.settings, now=time.time(), lifetime_s=_LIFETIME_S)
        body = await posted(self.app, {"query": query, "variables": variables}, token)
        if body.get("errors"):
            refused = body["errors"][0]
            raise QuestionRefused(f"{refused['extensions']['code']}: {refused['message']}")
        data: dict[str, Any] = body["data"]
        return data


def _behind(error: BaseException) -> BaseException | None:
    """What a plugin raised, where that is why; the gateway's own frames would tell nobody more."""
    first = error
    while first.__cause__ is not None:
        first = first.__cause__
    return None if first is error else first


@asynccontextmanager
async def gateway_around(
    manifest: Path | str,
    *,
    moved: Mapping[str, str] | None = None,
    secrets: Mapping[str, str | bytes] | None = None,
    test_person: Mapping[str, str] | None = None,
) -> AsyncIterator[GatewayAround]:
    """A gateway whose only source, beside a made-up register, is that of `manifest`.

    `moved` says where each origin of the manifest is in this test, such as
    {"https://records.example": "http://127.0.0.1:8000"}; `secrets` what each of its secret files
    holds; `test_person` whom the system keeps, so that finding nobody proves something. All that
    the manifest claims is granted. Everything is kept in a folder that is removed in the end.
    SourceUnusable says what to change.
    """
    tried = TriedSource(Path(manifest), moved or {}, secrets or {}, test_person or {})
    with tempfile.TemporaryDirectory(prefix="teamaround-testing-") as folder:
        async with AsyncExitStack() as stack:
            try:
                site = write_site(Path(folder), tried)
                development_key(site.settings)
                opening = open_gateway(site.settings, Clock())
                pipeline = await stack.enter_async_context(opening)
            except (ManifestInvalid, SecretMissing, ConfigurationInvalid, ValueError) as error:
                told = str(error).replace(f"{folder}/", "")
                raise SourceUnusable(told) from _behind(error)
            yield GatewayAround(site, build_app(pipeline, site.settings))


def ask_once(
    manifest: Path | str,
    known: Mapping[str, Any],
    *,
    moved: Mapping[str, str] | None = None,
    secrets: Mapping[str, str | bytes] | None = None,
    test_person: Mapping[str, str] | None = None,
) -> GatewayAnswer:
    """What `gateway_around` answers to one question, for a test that is no coroutine.

    RuntimeError where an event loop runs: it would wait for itself.
    """
    __tracebackhide__ = True

    async def asked() -> GatewayAnswer:
        around = gateway_around(manifest, moved=moved, secrets=secrets, test_person=test_person)
        async with around as gateway:
            return await gateway.ask(known)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asked())
    raise RuntimeError("an event loop runs here: use `async with gateway_around(...)`")
