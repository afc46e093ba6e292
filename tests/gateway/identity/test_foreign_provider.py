"""An OpenID provider that is not ours (npm oidc-provider) signs people in; nobody else does."""

import asyncio
import base64
import json
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.adapters.foreign_servers import installed
from tests.support.edge import Edge, Said, edge
from tests.support.gateway.bindings import WIDE_TOML
from tests.support.gateway.sign_in import URL, Holder
from tests.support.patience import patiently

SCRIPT: Final = Path(__file__).parents[2] / "support/gateway/provider.mjs"
CLAIMS: Final = {
    "organisation": "northbrook",
    "sector": "SOCIAL_CARE",
    "roles": ["practitioner"],
    "purposes": ["SAFEGUARDING"],
    "areas": ["E09990001"],
}
ISSUERS: Final = """
[[issuer]]
issuer = "https://foreign.example"
audience = "teamaround"
jwks = {{ url = "http://127.0.0.1:{port}/jwks" }}
{bound}"""


@dataclass(frozen=True, slots=True)
class Foreign:
    """The provider's process."""

    process: asyncio.subprocess.Process
    port: int

    async def token(self, user: str = "jo", **more: Any) -> str:
        """A token as the provider signs it; `more` may bind it or change its claims."""
        asked = {"user": user, "claims": CLAIMS, **more}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        return str((await said_by(self.process))["token"])


async def said_by(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The next line of JSON; its notices are passed over."""
    assert process.stdout is not None
    while line := await patiently(process.stdout.readline()):
        if line.startswith(b"{"):
            found: dict[str, Any] = json.loads(line)
            return found
    raise AssertionError("the provider ended")


@pytest.fixture(scope="module")
def folder_of_servers() -> Path:
    """A folder with the provider installed; skips where it cannot be had."""
    folder = installed()
    shutil.copy(SCRIPT, folder / SCRIPT.name)
    return folder


@asynccontextmanager
async def foreign_provider(folder: Path) -> AsyncIterator[Foreign]:
    """The provider on a free port."""
    process = await asyncio.create_subprocess_exec(
        "node",
        "provider.mjs",
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Foreign(process, (await said_by(process))["port"])
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def met(folder: Path, folder_of_servers: Path) -> AsyncIterator[tuple[Edge, Foreign]]:
    """A gateway that trusts the provider alone."""
    async with foreign_provider(folder_of_servers) as foreign:
        file = folder / "issuers.toml"
        file.write_text(ISSUERS.format(port=foreign.port, bound=WIDE_TOML))
        async with edge(folder, tokens__issuers=file, server__public_url=URL) as gateway:
            yield gateway, foreign


async def sent(gateway: Edge, token: str, holder: Holder | None = None) -> Said:
    """Ask with the token, bound to the holder's key if there is one."""
    if holder is None:
        return await gateway.send(authorization=f"Bearer {token}")
    proof = holder.proof(token, iat=int(time.time()))
    return await gateway.send(authorization=f"DPoP {token}", dpop=proof)


async def test_somebody_whom_it_signed_in_is_answered(
    tmp_path: Path, folder_of_servers: Path
) -> None:
    async with met(tmp_path, folder_of_servers) as (gateway, foreign):
        answer = await sent(gateway, await foreign.token())
        assert answer.status == 200
        assert [entry["user"] for entry in gateway.entries if entry["kind"] == "INTENT"] == ["jo"]


async def test_a_token_that_it_bound_to_a_key_is_good_for_the_keys_holder_alone(
    tmp_path: Path, folder_of_servers: Path
) -> None:
    holder = Holder()
    async with met(tmp_path, folder_of_servers) as (gateway, foreign):
        token = await foreign.token(jkt=holder.key.thumbprint())
        statuses = [
            (await sent(gateway, token, holder)).status,
            (await sent(gateway, token, Holder())).status,
            (await sent(gateway, token)).status,
        ]
    assert statuses == [200, 401, 401]


async def test_its_tokens_for_a_machine_ask_nothing(
    tmp_path: Path, folder_of_servers: Path
) -> None:
    async with met(tmp_path, folder_of_servers) as (gateway, foreign):
        answer = await sent(gateway, await foreign.token(user="portal"))
    assert answer.status == 401
    assert "NO_HUMAN" in answer.text


def wrong_tokens(good: str) -> list[str]:
    """Thirty tokens that are nearly good."""
    head, said, signature = good.split(".")
    ours = ECKey.generate_key("P-256", {"kid": "theirs"})
    stated = json.loads(unpacked(said))

    def forged(**changes: Any) -> str:
        claims = {name: v for name, v in {**stated, **changes}.items() if v is not None}
        header = {"alg": "ES256", "kid": "theirs", "typ": "at+jwt"}
        return jwt.encode(header, claims, ours, algorithms=["ES256"])

    def headed(**changes: Any) -> str:
        return f"{packed({**json.loads(unpacked(head)), **changes})}.{said}.{signature}"

    def claiming(**changes: Any) -> str:
        return f"{head}.{packed({**stated, **changes})}.{signature}"

    return [
        *(headed(alg=alg) for alg in ("none", "None", "HS256", "ES256", "RS512", "", 7)),
        *(headed(kid=kid) for kid in ("another", "", 7, None, "../keys")),
        *(headed(typ=typ) for typ in ("JWT", "", None)),
        *(claiming(sub=sub) for sub in ("somebody", "", None)),
        *(claiming(**{name: "x"}) for name in ("iss", "aud", "exp", "organisation", "roles")),
        forged(),
        forged(iss="https://elsewhere.example"),
        f"{head}.{said}.",
        f"{head}.{said}",
        f"{head}.{said}.{signature}.x",
        f"{packed({'alg': 'none'})}.{said}.",
        signature,
        good[:-8] + "AAAAAAAA",
    ][:30]


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unpacked(part: str) -> bytes:
    return bytes(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def test_thirty_wrong_tokens_are_401_and_on_record_and_ask_nobody(
    tmp_path: Path, folder_of_servers: Path
) -> None:
    async with met(tmp_path, folder_of_servers) as (gateway, foreign):
        wrong = wrong_tokens(await foreign.token())
        statuses = [(await sent(gateway, token)).status for token in wrong]
        kinds = [entry["kind"] for entry in gateway.entries]
    assert len(wrong) == 30
    assert set(statuses) == {401}
    assert kinds == ["AUTHENTICATION_FAILURE"] * 30
    assert gateway.agency_server.asked == []
