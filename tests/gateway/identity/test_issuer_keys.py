"""Wherever an issuer is, its people wait for one fetch of its keys, and nobody is called wrong."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from tests.support.edge import Edge, Said, edge
from tests.support.gateway.bindings import WIDE_TOML
from tests.support.gateway.readiness import readiness
from tests.support.gateway.sign_in import Provider
from tests.support.patience import PATIENCE_S
from tests.support.verify.authority import Certificate, certificate

TOGETHER: Final = 8


@dataclass(slots=True)
class Place:
    """Where an issuer's keys are on this machine; it may be away, or slow to answer."""

    provider: Provider = field(default_factory=Provider)
    port: int = 0
    fetched: int = 0
    slow_s: float = 0.0

    async def keys(self, _: web.Request) -> web.Response:
        """The JWKS, after a while."""
        self.fetched += 1
        await asyncio.sleep(self.slow_s)
        return web.Response(body=await self.provider.fetch())

    @asynccontextmanager
    async def here(self, tls: Certificate | None = None) -> AsyncIterator[None]:
        """Answer until the end; later at the same port."""
        application = web.Application()
        application.router.add_get("/jwks", self.keys)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
        if context is not None and tls is not None:
            context.load_cert_chain(tls.chain, tls.key)
        await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=context).start()
        self.port = runner.addresses[0][1]
        try:
            yield
        finally:
            await runner.cleanup()

    def listed(self, folder: Path, scheme: str = "http", more: str = "") -> Path:
        """A file of issuers that names it."""
        file = folder / "issuers.toml"
        jwks = f'{{ url = "{scheme}://127.0.0.1:{self.port}/jwks"{more} }}'
        whose = 'issuer = "https://sign-in.example"\naudience = "teamaround"'
        file.write_text(f"[[issuer]]\n{whose}\njwks = {jwks}\n{WIDE_TOML}")
        return file

    async def asked(self, gateway: Edge, user: str) -> Said:
        """A question of this person."""
        now = int(time.time())
        token = self.provider.token(sub=user, jti=user, iat=now, exp=now + 600)
        return await gateway.send(authorization=f"Bearer {token}")

    async def all_asked(self, gateway: Edge) -> list[int]:
        """The statuses of first questions at once."""
        said = await asyncio.gather(*(self.asked(gateway, f"u{n}") for n in range(TOGETHER)))
        return [each.status for each in said]


async def test_the_first_questions_at_once_are_answered_after_one_fetch(tmp_path: Path) -> None:
    place = Place(slow_s=0.1)
    async with place.here(), edge(tmp_path, tokens__issuers=place.listed(tmp_path)) as gateway:
        assert place.fetched == 1  # before anybody asked
        assert await place.all_asked(gateway) == [200] * TOGETHER
        assert place.fetched == 1
        place.provider.rotate("k-2")
        assert await place.all_asked(gateway) == [200] * TOGETHER
        assert place.fetched == 2


async def test_an_issuer_that_is_away_at_the_start_is_told_and_soon_noticed_when_it_is_back(
    tmp_path: Path,
) -> None:
    place = Place()
    async with place.here():
        """Learns of a port."""
    with capture_logs() as events:
        async with edge(tmp_path, tokens__issuers=place.listed(tmp_path)) as gateway:
            said = await place.asked(gateway, "jo")
            assert (said.status, said.code) == (503, "KEYS_UNAVAILABLE")
            assert said.headers["Retry-After"] == "1"
            assert await readiness(gateway.town) == (503, ["issuers"])
            async with place.here(), asyncio.timeout(PATIENCE_S):
                while (await readiness(gateway.town))[0] != 200:
                    """It tries by itself: nobody asks meanwhile."""
                assert await place.all_asked(gateway) == [200] * TOGETHER
    told = [(each["event"], each["issuer"]) for each in events if "issuer" in each]
    who = "https://sign-in.example"
    assert told == [("keys_unavailable", who), ("keys_read", who)]
    assert next(e["cause"] for e in events if e["event"] == "keys_unavailable") == "ECONNREFUSED"


@pytest.mark.parametrize(("named", "status"), [(', authority = "issuer.pem"', 200), ("", 503)])
async def test_an_issuer_with_a_private_authority_is_believed_where_its_file_says_so(
    tmp_path: Path, named: str, status: int
) -> None:
    place, own = Place(), certificate(tmp_path / "issuer")
    async with place.here(own):
        listed = place.listed(tmp_path, "https", named)
        async with edge(tmp_path, tokens__issuers=listed) as gateway:
            assert (await place.asked(gateway, "jo")).status == status


async def test_a_broken_authority_of_an_issuer_leaves_the_one_before_in_use(tmp_path: Path) -> None:
    place, own = Place(), certificate(tmp_path / "issuer")
    async with place.here(own):
        listed = place.listed(tmp_path, "https", ', authority = "issuer.pem"')
        async with edge(tmp_path, tokens__issuers=listed) as gateway:
            (tmp_path / "issuer.pem").write_text("broken")
            with capture_logs() as events:
                await gateway.town.pipeline.reload()
            assert (await place.asked(gateway, "jo")).status == 200
    (told,) = (each for each in events if each["event"] == "certificate_not_renewed")
    assert told["setting"] == "tokens.issuers: https://sign-in.example"
    assert not any(each["event"] == "keys_unavailable" for each in events)
