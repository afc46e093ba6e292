"""What happened in the demo the day before: looks that families see, an alert, a break-glass.

The gateway itself did it all, with a clock that is behind; nothing is written by hand.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp, Message

from demo.badges import EVERYBODY, PRACTITIONER
from demo.population.caseload import town
from demo.population.cast import Cast
from demo.population.people import Child
from demo.population.places import AREAS
from demo.questions import DOCUMENT
from gateway.config.settings import Settings, read_settings
from gateway.http.app import build_app, open_gateway
from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from gateway.model.clock import Clock

_AGO: Final = timedelta(hours=33)  # so long ago that families see it, whatever time it is
_LIFETIME_S: Final = 600
# Whom you cannot be in the demo, so that nobody waits for their own review.
_COLLEAGUE: Final = replace(PRACTITIONER.caller, user="k.lowe")
_CLEARED: Final = next(b.caller for b in EVERYBODY if b.role == "shield-cleared")
_BREAK: Final = """
mutation Break($known: KnownDetails!, $justification: String!) {
  breakGlass(known: $known, justification: $justification) { id }
}
"""


@dataclass(frozen=True, slots=True)
class _Look:
    """One question of the day before."""

    caller: Caller
    child: Child
    why: str

    def variables(self, **more: str) -> dict[str, Any]:
        reason = {
            "purpose": "SAFEGUARDING",
            "justification": self.why,
            "caseReference": "NB-2026-0388",
            "outOfArea": {"cause": "FAMILY_THERE", "justification": "Relatives live there"},
            **more,
        }
        scope = {"areas": [area.code for area in AREAS]}
        return {"known": _known(self.child), "reason": reason, "scope": scope}


def live_yesterday(settings_file: Path) -> None:
    """Have the day before happen over these settings, in a process of its own.

    Its words are in `yesterday.log` beside them. CalledProcessError if it did not come to its end.
    """
    with settings_file.with_name("yesterday.log").open("wb") as words:
        subprocess.run(  # noqa: S603 - this project's own module
            [sys.executable, "-m", "demo.yesterday", str(settings_file)],
            check=True,
            stdout=words,
            stderr=words,
        )


def old_enough(cast: Cast) -> Child:
    """A child of fourteen, known to six services, who may ask alone who looked."""
    return cast.nicknamed.child


async def _live(settings: Settings) -> None:
    clock = Clock(now=lambda: datetime.now(UTC) - _AGO)
    async with open_gateway(settings, clock) as pipeline:
        day = _Day(build_app(pipeline, settings), settings, clock)
        cast = town().cast
        for look in _looks(cast):
            await day.say(look.caller, DOCUMENT, look.variables())
        await day.break_the_glass(
            _Look(_COLLEAGUE, cast.school_only.child, "She is at our door, and hurt")
        )


def _looks(cast: Cast) -> Iterator[_Look]:
    child = old_enough(cast)
    yield _Look(PRACTITIONER.caller, child, "The school has asked for help")
    yield _Look(_CLEARED, child, "Planning the meeting with the family")
    yield _Look(_CLEARED, child, "The meeting was moved, so I look again")
    for lead in cast:  # many different children in one day are unusual
        yield _Look(_COLLEAGUE, lead.child, "Reading up on cases")


@dataclass(frozen=True, slots=True)
class _Day:
    """The gateway of that day."""

    app: ASGIApp
    settings: Settings
    clock: Clock

    async def break_the_glass(self, look: _Look) -> None:
        """A grant, and one question under it: both wait for a review."""
        asked = {"known": _known(look.child), "justification": look.why}
        granted = (await self.say(look.caller, _BREAK, asked))["data"]["breakGlass"]
        await self.say(look.caller, DOCUMENT, look.variables(breakGlass=granted["id"]))

    async def say(self, caller: Caller, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """What the gateway answers; RuntimeError says what it refused."""
        now = self.clock.now().timestamp()
        fresh = replace(caller, signed_in_at=int(now))
        token = issue(fresh, self.settings, now=now, lifetime_s=_LIFETIME_S)
        body = json.dumps({"query": document, "variables": variables}).encode()
        answer: dict[str, Any] = json.loads(await _posted(self.app, token, body))
        if answer.get("errors"):
            raise RuntimeError(f"the day before: {answer['errors'][0]['message']}")
        return answer


def _known(child: Child) -> dict[str, Any]:
    known = {
        "givenNames": list(child.given[:1]),
        "familyName": child.family,
        "birthDate": child.born.isoformat(),
    }
    return {**known, "nhsNumber": child.nhs_number} if child.nhs_number else known


async def _posted(app: ASGIApp, token: str, body: bytes) -> bytes:
    """The body of the answer to one request, made without a socket."""
    sent = bytearray()
    asked: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await asyncio.Event().wait()  # nobody hangs up
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.extend(message.get("body", b""))

    headers = {
        "host": "localhost",
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "accept": "application/json",
        "content-length": str(len(body)),
    }
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    await app(scope, receive, send)
    return bytes(sent)


if __name__ == "__main__":
    asyncio.run(_live(read_settings(Path(sys.argv[1]))))
