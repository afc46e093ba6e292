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

from adapters.contract.contract import Malformed, Reply, Source, Unavailable
from adapters.contract.record import Record
from adapters.http.source import HttpSource
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport
from gateway.cli.commands.source import source
from tests.support.adapters.asking import ALL_FIELDS, only, opened, question
from tests.support.adapters.registers.people import NIAMH, NOBODY, Child, named
from tests.support.adapters.registers.running import LOGIN
from tests.support.docs.pages import text
from tests.support.patience import PATIENCE_S
from tests.support.secret_files import write_secret

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
given = {{ nhs_number = "{nhs}" }}
{found}
live = true
expect = {{ family_name = "{family}", birth_date = "{born}", restricted = false }}
[[example]]
operation = "by-number"
given = {{ nhs_number = "NOBODY" }}
{nobody}
outcome = "no-record"
[[example]]
operation = "by-name"
given = {{ family_name = "{family}", birth_date = "{born}" }}
{named}
live = true
expect = {{ nhs_number = "{nhs}", involvements = {workers} }}
""".replace("NOBODY", NOBODY)


def _asked(child: Child) -> Mapping[str, Mapping[str, str]]:
    return {
        "found": {"nhs_number": child.nhs},
        "nobody": {"nhs_number": NOBODY},
        "named": named(child),
    }


@dataclass(frozen=True, slots=True)
class Recipe:
    """A block of the page under `heading`, as a manifest for the register at `base`."""

    manifest: str
    base: str
    folder: Path
    secrets: Mapping[str, str] = field(default_factory=lambda: _SECRETS)

    @classmethod
    def of(  # noqa: PLR0913 - what a recipe leaves to whoever takes it
        cls,
        heading: str,
        base: str,
        folder: Path,
        *,
        kind: str = "rest",
        path: str = "",
        secrets: Mapping[str, str] = _SECRETS,
    ) -> Self:
        """The recipe; `path` is what the register's address has behind its host."""
        section = text("docs/recipes.md").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
        (block,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
        header = re.search(r"`(headers = .*?)` to `\[source\]`", section)
        head = _HEAD.format(kind=kind, base=base + path, headers=header[1] if header else "")
        return cls(head + block, base, folder, secrets)

    def changed(self, old: str, new: str) -> Self:
        """The recipe with what the page says to change; the text must have it."""
        assert old in self.manifest, old
        return replace(self, manifest=self.manifest.replace(old, new))

    def with_secret(self, name: str, value: str) -> Self:
        """The recipe with another secret."""
        return replace(self, secrets={**self.secrets, name: value})

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        """The source of this manifest, as the gateway opens it."""
        self._write_secrets()
        async with opened(self.manifest, self.base, folder=self.folder / "secrets") as adapter:
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

    async def checked(self, export: str | None = None, child: Child = NIAMH) -> dict[str, Any]:
        """What `source check --operator` says, with examples that the register itself wrote.

        They are recorded now, or are in the `export` where that is all that there is.
        """
        self._write_secrets()
        lines = {
            name: await self._recorded(name, given) if export is None else self._kept(name, export)
            for name, given in _asked(child).items()
        }
        known = {"nhs": child.nhs, "family": child.surname, "born": child.born}
        examples = _EXAMPLES.format(**lines, **known, workers=len(child.workers))
        (self.folder / "register.toml").write_text(self.manifest + examples)
        operator = self.folder / "operator.toml"
        operator.write_text(_OPERATOR.format(base=self.base))
        words = ["check", str(self.folder / "register.toml"), "--json", "--operator", str(operator)]
        words += ["--secrets", str(self.folder / "secrets")]
        said = await asyncio.to_thread(CliRunner().invoke, source, words)
        assert said.output.startswith("{"), said.output
        found: dict[str, Any] = json.loads(said.output)
        return found

    def _write_secrets(self) -> None:
        for name, value in self.secrets.items():
            write_secret(self.folder / "secrets", "register", name, value)

    def _kept(self, name: str, export: str) -> str:
        (self.folder / f"{name}.csv").write_text(export)
        return f'reply = "{name}.csv"'

    async def _recorded(self, name: str, given: Mapping[str, str]) -> str:
        operation = "by-number" if "nhs_number" in given else "by-name"
        async with self.source() as asked:
            assert isinstance(asked, HttpSource)
            recorder = _Recorder(asked.transport)
            recorded = replace(asked, transport=recorder)
            await recorded.ask(question(operation, ALL_FIELDS, PATIENCE_S, **given))
        details = sorted(asked.operations[operation].details)
        first, *rest = recorder.bodies
        self._written(name, first)
        read = [self._written(f"{name}-{place}", body) for place, body in enumerate(rest)]
        reply = f'reply = "{name}.json"'
        if not details:
            return f"{reply}\npages = {json.dumps(read)}" if read else reply
        (detail,) = details  # its requests are all that follow the first
        return f"{reply}\ndetails = {{ {detail} = {json.dumps(read)} }}"

    def _written(self, name: str, body: bytes) -> str:
        (self.folder / f"{name}.json").write_bytes(body)
        return f"{name}.json"


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
