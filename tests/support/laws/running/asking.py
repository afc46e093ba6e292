"""A caller who asks a law gateway, in any way that there is, and keeps what was told."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.types import Message

from adapters.contract.paths import COMPILED, Paths
from gateway.audit.entry.entry import Entry
from tests.support.laws.running.law_gateway import LawGateway, law_gateway
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.question import BREAK_GLASS, LawQuestion, details
from tests.support.laws.town.world import LawWorld

_REASON: Final = "he has her name from her mother"
_ACCEPT: Final = "multipart/mixed{}, application/graphql-response+json"
_WHOLE: Final = "application/graphql-response+json"
_BY_ID: Final = "; incrementalSpec=v0.2"


@dataclass(frozen=True, slots=True)
class Asking:
    """One caller at one gateway."""

    place: LawPlace
    gateway: LawGateway
    caller: LawCaller

    async def ask(self, question: LawQuestion) -> Told:
        """The answer to a question; leave and a first answer are fetched where it needs them."""
        reason: dict[str, Any] = {}
        if question.broke_glass:
            leave = await self._leave(question)
            reason = {"breakGlass": leave} if leave else {}
        variables = question.variables(self.caller.purpose, **reason)
        if question.chosen is not None and not question.beside:
            first = await self._post(question.document, variables, question)
            keys = [each["key"] for each in first.unresolved]
            chosen = keys[question.chosen % len(keys) :][:1] if keys else []
            variables["known"]["chosen"] = [{"key": k, "reason": _REASON} for k in chosen]
        return await self._post(question.document, variables, question)

    async def _leave(self, question: LawQuestion) -> str | None:
        known = details(question.child, question.by)
        leave = {"known": known, "justification": "she is missing"}
        said = await self._post(BREAK_GLASS, leave, question)
        granted = (said.payloads[0].get("data") or {}).get("breakGlass")
        return str(granted["id"]) if granted else None

    async def _post(self, query: str, variables: dict[str, Any], question: LawQuestion) -> Told:
        desks, began = self.place.desks, self.place.loop.time()
        served = desks.next_question()
        self.place.asked += 1
        body = orjson.dumps({"query": query, "variables": variables})
        parts: list[tuple[float, bytes]] = []
        status = [0]

        async def send(message: Message) -> None:
            status[0] = message.get("status", status[0])
            if message.get("body"):
                parts.append((self.place.loop.time() - began, message["body"]))

        scope, receive = _scope(question), _receiving(body)
        response = await self.gateway.endpoint.respond(Request(scope, receive))
        await response(scope, receive, send)
        told = Told(status[0], tuple(parts), tuple(served), tuple(sorted(desks.calls)))
        if '"INTERNAL"' in told.text:
            raise AssertionError("the gateway failed inside: no law says anything of that")
        return told


def answers(
    place: LawPlace, world: LawWorld, caller: LawCaller, questions: list[LawQuestion]
) -> list[Told]:
    """What a gateway over this world tells this caller, question after question."""
    return heard(place, world, caller, questions).told


@dataclass(frozen=True, slots=True)
class Heard:
    """What a gateway told, question after question, and the log that it wrote."""

    told: list[Told]
    entries: list[Entry]


def heard(
    place: LawPlace,
    world: LawWorld,
    caller: LawCaller,
    questions: list[LawQuestion],
    paths: Paths = COMPILED,
) -> Heard:
    """What a gateway over this world, whose answers go by these paths, tells and writes."""

    async def asked() -> Heard:
        gateway = await law_gateway(place, world, caller, paths)
        asking = Asking(place, gateway, caller)
        return Heard([await asking.ask(each) for each in questions], gateway.log.entries)

    return place.run(asked())


def _scope(question: LawQuestion) -> dict[str, Any]:
    in_parts = _ACCEPT.format(_BY_ID if question.by_id else "")
    accept = in_parts if question.takes_parts else _WHOLE
    headers = [
        (b"content-type", b"application/json"),
        (b"accept", accept.encode()),
        (b"authorization", b"Bearer x"),
    ]
    return {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "headers": headers,
        "query_string": b"",
        "extensions": {},
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }


def _receiving(body: bytes) -> Any:
    left = [body]

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        await asyncio.get_running_loop().create_future()  # the caller never hangs up
        return {"type": "http.disconnect"}

    return receive
