"""A profile's counterpart: a server by others, a guard at its door, and the check against it."""

import asyncio
import json
import re
import textwrap
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web
from joserfc.jwk import RSAKey
from typer.testing import CliRunner

from adapters.authoring.draft import Answers
from adapters.authoring.profile import profile_named
from adapters.contract.codes import Sector
from gateway.cli.commands.source import source
from tests.support.adapters.foreign_servers import KEY_ID, SECRET, token_provider
from tests.support.loopback import serving
from tests.support.secret_files import write_secret

_OPERATOR: Final = """
log_origin = "teamaround.example/check"
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[[area]]
code = "E09990001"
name = "Northbrook"
[[grant]]
source = "counterpart"
agency = "counterpart"
origins = {origins}
"""
_GUARD: Final = {"Authorization": aiohttp.encode_basic_auth("guard", "guard" * 8)}
Prefer = Callable[[web.Request], str | None]


@dataclass(frozen=True, slots=True)
class Copy:
    """A profile's copy as its agency's IT person leaves it, with the secrets of its login."""

    folder: Path
    manifest: Path
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))

    @classmethod
    def of(cls, profile: str, folder: Path, address: str, **changes: str) -> "Copy":
        """The copy; `changes` are whole tables by their names, such as `auth`."""
        answers = Answers("counterpart", "Counterpart", Sector.HEALTH, "01632 960001", address)
        manifest = profile_named(profile).copied(folder / "copy", answers)
        text = manifest.read_text().replace('kid = "CHANGE"', f'kid = "{KEY_ID}"')
        text = re.sub(r"(?m)^timeout = .*$", 'timeout = "30s"', text)  # machines of tests are busy
        text = re.sub(r'"CHANGE(?:: [^"]*)?"', '"Mon-Fri 09:00-17:00"', text)
        for table, lines in changes.items():
            text = re.sub(rf"(?m)^\[{table}\]\n(?:.+\n)*", textwrap.dedent(lines).lstrip(), text)
        manifest.write_text(text)
        copy = cls(folder, manifest)
        client = "by-key" if "private_key_jwt" in text else "by-secret"
        copy.secret("client_id", client)
        copy.secret("client_secret", SECRET)
        copy.secret("key.pem", copy.key.as_pem(private=True).decode())
        return copy

    def secret(self, name: str, value: str) -> None:
        """Put a secret into the source's own folder."""
        write_secret(self.folder / "secrets", "counterpart", name, value)

    def changed(self, old: str, new: str) -> None:
        """Change the text of the manifest, which must have it."""
        text = self.manifest.read_text()
        assert old in text, old
        self.manifest.write_text(text.replace(old, new))

    def keeps(self, *replies: str) -> None:
        """Say that the counterpart keeps the children of these examples."""
        for reply in replies:
            self.changed(f'reply = "{reply}"', f'reply = "{reply}"\nlive = true')

    async def checked(self, *origins: str) -> dict[str, Any]:
        """What `teamaround source check --operator` says, for machines."""
        operator = self.folder / "operator.toml"
        operator.write_text(_OPERATOR.format(origins=json.dumps(origins)))
        words = ["check", str(self.manifest), "--json", "--operator", str(operator)]
        words += ["--secrets", str(self.folder / "secrets")]
        said = await asyncio.to_thread(CliRunner().invoke, source, words)
        found: dict[str, Any] = json.loads(said.output)
        return found


def failed(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rules below "exemplary" that failed, with what was said."""
    rules = [one for one in found["rules"] if one["level"] != "exemplary"]
    return [(one["rule"], one["what"]) for one in rules if one["passed"] is False]


@asynccontextmanager
async def guarded(
    inside: str, prefix: str, key: RSAKey, prefer: Prefer = lambda _request: None
) -> AsyncIterator[tuple[str, str]]:
    """Whatever is at `inside`, for who has a token; gives its address and that of the tokens.

    `prefix` is the path before its own, `prefer` which of Prism's examples answers a request.
    """
    async with token_provider(key) as tokens, aiohttp.ClientSession() as session:

        async def door(request: web.Request) -> web.Response:
            if request.path.endswith(("/_ping", "/_status")):
                return web.json_response({"message": "OK"})
            if not await _let_in(session, tokens, request):
                return web.json_response({}, status=401)
            path = request.path_qs.removeprefix(prefix)
            headers = {name: value for name, value in request.headers.items() if name != "Host"}
            wanted = prefer(request)
            headers |= {} if wanted is None else {"Prefer": wanted}
            async with session.get(f"{inside}{path}", headers=headers) as answer:
                kind = answer.headers.get("Content-Type", "").partition(";")[0]
                body = await answer.read()
                return web.Response(body=body, status=answer.status, content_type=kind)

        async with serving(door) as base:
            yield base, tokens


async def _let_in(session: aiohttp.ClientSession, tokens: str, request: web.Request) -> bool:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    asked = {"token": token or "none"}
    async with session.post(f"{tokens}/token/introspection", data=asked, headers=_GUARD) as answer:
        return bool((await answer.json())["active"])
