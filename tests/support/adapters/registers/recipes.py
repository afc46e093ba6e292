"""The recipes of the documentation as whole manifests, with a running register's own replies."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from typer.testing import CliRunner

from adapters.contract.contract import Malformed, Reply, Unavailable
from adapters.contract.record import Record
from adapters.http.exchange import HttpAnswer, Transport
from adapters.http.source import HttpSource
from adapters.network.http_request import HttpRequest
from gateway.cli.source import source
from tests.support.adapters.asking import ALL_FIELDS, only, opened, question
from tests.support.adapters.registers.people import NIAMH, NOBODY, Child, named
from tests.support.adapters.registers.running import LOGIN
from tests.support.docs.pages import text
from tests.support.secret_files import write_secret

PATIENCE_S: Final = 30.0
_SECRETS: Final = {
    "key": f"Token {LOGIN}",
    "token": LOGIN,
    "user": "gateway",
    "password": LOGIN,
}
_HEAD: Final = """
manifest = 1
kind = "{kind}"
[source]
id = "register"
agency = "register"
sector = "EDUCATION"
base_url = "{base}"
effects = "none"
claims = ["effects_none", "conclusive"]
mark = "own-row"
{headers}
[agency]
name = "Register"
areas = ["E09990001"]
duty_contact = {{ telephone = "01632 960001", hours = "24/7" }}
[limits]
timeout = "30s"
rate = "200/s"
concurrency = 4
[[release]]
classes = ["IDENTITY", "INVOLVEMENT", "CONTACT", "LOCATION"]
to = {{ sectors = ["SOCIAL_CARE"], roles = ["practitioner", "shield-cleared"] }}
purposes = ["SAFEGUARDING"]
until = 2099-12-31
"""
_OPERATOR: Final = """
log_origin = "teamaround.example/check"
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[[area]]
code = "E09990001"
name = "Northbrook"
[[grant]]
source = "register"
agency = "register"
claims = ["effects_none", "conclusive"]
origins = ["{base}"]
"""
_EXAMPLES: Final = """
[[example]]
operation = "by-number"
given = {{ nhs_number = "{found}" }}
reply = "found.json"
{details}
live = true
expect = {{ family_name = "{family}", birth_date = "2014-02-01", restricted = false }}
[[example]]
operation = "by-number"
given = {{ nhs_number = "{nobody}" }}
reply = "nobody.json"
outcome = "no-record"
[[example]]
operation = "by-name"
given = {{ family_name = "{family}", birth_date = "2014-02-01" }}
reply = "named.json"
{details}
live = true
expect = {{ nhs_number = "{found}" }}
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A block of the page under `heading`, as a manifest for the register at `base`."""

    manifest: str
    base: str
    folder: Path

    @classmethod
    def of(cls, heading: str, base: str, folder: Path, kind: str = "rest", path: str = "") -> Self:
        """The recipe; `path` is what the register's address has behind its host."""
        section = text("docs/recipes.md").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
        (block,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
        header = re.search(r"`(headers = .*?)` to `\[source\]`", section)
        head = _HEAD.format(kind=kind, base=base + path, headers=header[1] if header else "")
        return cls(head + block, base, folder)

    def changed(self, old: str, new: str) -> Self:
        """The recipe with what the page says to change; the text must have it."""
        assert old in self.manifest, old
        return replace(self, manifest=self.manifest.replace(old, new))

    @asynccontextmanager
    async def source(self) -> AsyncIterator[HttpSource]:
        """The source of this manifest, as the gateway opens it."""
        for name, value in _SECRETS.items():
            write_secret(self.folder / "secrets", "register", name, value)
        async with opened(self.manifest, self.base, folder=self.folder / "secrets") as adapter:
            assert isinstance(adapter.source, HttpSource)
            yield adapter.source

    async def by_number(self, number: str) -> Reply:
        """What comes of a question by number."""
        async with self.source() as asked:
            return await asked.ask(question("by-number", ALL_FIELDS, PATIENCE_S, nhs_number=number))

    async def by_name(self, child: Child) -> Reply:
        """What comes of a question by name and birth date."""
        async with self.source() as asked:
            return await asked.ask(question("by-name", ALL_FIELDS, PATIENCE_S, **named(child)))

    async def found(self, child: Child) -> Record:
        """The one record that is found by number, and by name alike."""
        record = only(await self.by_number(child.nhs))
        assert only(await self.by_name(child)) == record
        return record

    async def checked(self) -> dict[str, Any]:
        """What `source check --operator` says, with examples that the register itself wrote."""
        replies = {
            "found": {"nhs_number": NIAMH.nhs},
            "nobody": {"nhs_number": NOBODY},
            "named": named(NIAMH),
        }
        details: set[str] = set()
        for name, given in replies.items():
            details |= await self._recorded(name, given)
        told = ", ".join(f'{name} = "{name}.json"' for name in sorted(details))
        examples = _EXAMPLES.format(
            found=NIAMH.nhs,
            nobody=NOBODY,
            family=NIAMH.surname,
            details=f"details = {{ {told} }}" if told else "",
        )
        (self.folder / "register.toml").write_text(self.manifest + examples)
        operator = self.folder / "operator.toml"
        operator.write_text(_OPERATOR.format(base=self.base))
        words = ["check", str(self.folder / "register.toml"), "--json", "--operator", str(operator)]
        words += ["--secrets", str(self.folder / "secrets")]
        said = await asyncio.to_thread(CliRunner().invoke, source, words)
        found: dict[str, Any] = json.loads(said.output)
        return found

    async def _recorded(self, name: str, given: Mapping[str, str]) -> set[str]:
        operation = "by-number" if "nhs_number" in given else "by-name"
        async with self.source() as asked:
            recorder = _Recorder(asked.transport)
            recorded = replace(asked, transport=recorder)
            await recorded.ask(question(operation, ALL_FIELDS, PATIENCE_S, **given))
        (self.folder / f"{name}.json").write_bytes(recorder.bodies[0])
        details = sorted(asked.operations[operation].details)
        for detail, body in zip(details, recorder.bodies[1:], strict=False):
            (self.folder / f"{detail}.json").write_bytes(body)
        return set(details)


@dataclass(slots=True)
class _Recorder:
    """A transport that keeps what came."""

    transport: Transport
    bodies: list[bytes] = field(default_factory=list)

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        answer = await self.transport.send(request)
        self.bodies.append(answer.body if isinstance(answer, HttpAnswer) else b"")
        return answer

    async def aclose(self) -> None:
        """The source closes its own."""
