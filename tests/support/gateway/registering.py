"""Who registers, approves and suspends, and how they say it to a gateway."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from gateway.model.caller import Caller
from gateway.registry.sandbox import found
from tests.support.agencies import BY_NUMBER, LOCAL, SourceFile, rest_source
from tests.support.town import PRACTITIONER, Town

CLINIC: Final = "clinic"
REGISTRAR: Final = replace(
    PRACTITIONER, user="it.person", organisation=CLINIC, roles=frozenset({"source-registrar"})
)
GOVERNANCE: Final = replace(
    PRACTITIONER, user="ig.lead", organisation=CLINIC, roles=frozenset({"information-governance"})
)
OPERATOR: Final = replace(
    PRACTITIONER, user="o.perator", organisation="hub", roles=frozenset({"operator"})
)
AUDITOR: Final = replace(PRACTITIONER, user="a.uditor", roles=frozenset({"auditor"}))
REGISTER: Final = """
mutation Register($manifest: String!, $rules: String, $replies: [ExampleReply!]) {
  registerSource(manifest: $manifest, rules: $rules, replies: $replies) {
    source { id version state level } findings { rule passed message }
  }
}
"""
APPROVE: Final = """
mutation Approve($id: ID!, $version: Int!) {
  approveSource(id: $id, version: $version) {
    source { id version state } findings { rule passed message }
  }
}
"""
SUSPEND: Final = """
mutation Suspend($id: ID!, $reason: String!) {
  suspendSource(id: $id, reason: $reason) { source { id version state } }
}
"""
SOURCES: Final = "{ sources { id version state level agency { id } } }"
ENTRIES: Final = """
{ audit { entries(first: 100) { edges { node {
  kind user change { subject version sha256 } agencies { agency } justification
} } } } }
"""
_EXAMPLES: Final = """
[[example]]
operation = "by-number"
given = { nhs_number = "9000000009" }
reply = "found.json"
expect = { family_name = "Ashdown", involvements = 1 }
[[example]]
operation = "by-number"
given = { nhs_number = "9000000017" }
reply = "nobody.json"
status = 404
outcome = "no-record"
"""
REPLIES: Final = [
    {
        "name": "found.json",
        "content": '{"children": [{"id": "p-1", "nhs": "9000000009", "family": "Ashdown",'
        ' "given": "Mira", "born": "2015-03-09", "restricted": "N",'
        ' "workers": [{"name": "Jo Hart", "role": "nurse"}]}], "total": 1,'
        ' "asAt": "2026-11-22T09:00:00Z"}',
    },
    {"name": "nobody.json", "content": '{"code": "NO_SUCH_CHILD", "asAt": "2026-11-22T09:00:00Z"}'},
]


async def answered_here(asked: bytes) -> bytes:
    """What the process that inspects a proposal says, without the time that its start takes."""
    return await asyncio.to_thread(lambda: orjson.dumps(found(asked)))


def clinic(url: str, **more: Any) -> SourceFile:
    """The clinic's source at `url`, which may join while the gateway runs."""
    return rest_source(CLINIC, url, claims=LOCAL, by=(BY_NUMBER,), **more)


def proposal(file: SourceFile, examples: str = _EXAMPLES) -> str:
    """The manifest with its examples, as its agency sends it."""
    return (
        file.manifest.replace(
            "duty_contact = { telephone", 'duty_contact = { hours = "24/7", telephone'
        )
        + examples
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What a gateway answered to a change: its data, or the code of its error."""

    status: int
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """All of it, to look for what must not be there."""
        return json.dumps(self.body)

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.body["errors"][0]["extensions"]["code"])

    @property
    def source(self) -> dict[str, Any] | None:
        """The source as it stands after the change."""
        (changed,) = self.body["data"].values()
        found: dict[str, Any] | None = changed["source"]
        return found

    @property
    def failed(self) -> dict[str, str]:
        """The rules that were not kept, with what to change."""
        (changed,) = self.body["data"].values()
        return {f["rule"]: f["message"] for f in changed["findings"] if not f["passed"]}


async def say(town: Town, caller: Caller, query: str, **variables: Any) -> Said:
    """Send a document as this caller."""
    answer = await town.post({"query": query, "variables": variables}, town.headers(caller))
    return Said(answer.status, answer.body)


async def register(town: Town, manifest: str, caller: Caller = REGISTRAR, **more: Any) -> Said:
    """Propose a manifest."""
    return await say(town, caller, REGISTER, **{"manifest": manifest, "replies": REPLIES} | more)


async def approve(town: Town, version: int = 1, caller: Caller = GOVERNANCE) -> Said:
    """Approve a version of the clinic's source."""
    return await say(town, caller, APPROVE, id=CLINIC, version=version)


async def suspend(town: Town, source: str = CLINIC, caller: Caller = GOVERNANCE) -> Said:
    """Suspend a source."""
    return await say(town, caller, SUSPEND, id=source, reason="answers of another child")


async def seen(town: Town, caller: Caller) -> dict[str, str]:
    """The state of each source that this caller sees, by `id/version`."""
    said = await say(town, caller, SOURCES)
    return {f"{s['id']}/{s['version']}": s["state"] for s in said.body["data"]["sources"]}


async def entries(town: Town, kind: str) -> list[dict[str, Any]]:
    """The log's entries of one kind, oldest first."""
    said = await say(town, AUDITOR, ENTRIES)
    nodes = [edge["node"] for edge in said.body["data"]["audit"]["entries"]["edges"]]
    return [node for node in reversed(nodes) if node["kind"] == kind]


async def granted(town: Town, file: SourceFile) -> None:
    """The operator grants the clinic's source its place and its claims, and has it read."""
    claims = ", ".join(f'"{claim.value}"' for claim in sorted(file.claims))
    grant = f'[[grant]]\nsource = "{CLINIC}"\nagency = "{CLINIC}"\nclaims = [{claims}]\n'
    operator = town.settings.files.operator
    if grant not in (told := operator.read_text("utf-8")):  # one grant for a source, no more
        operator.write_text(f'{told}{grant}origins = ["{file.origins[0]}"]\n', "utf-8")
    said = await say(town, OPERATOR, "mutation { reload }")
    assert said.body["data"]["reload"] > 1, said.body
