"""The conformance kit: which rules a source keeps, what to change, and the level it reaches."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from adapters.codes import Claim
from adapters.contract import NoRecord, Records, Source
from adapters.example import operation_of, recording_of, replay_examples
from adapters.http_exchange import HttpAnswer
from adapters.kinds import DIALECTS
from adapters.login import Clock
from adapters.manifest import Example, Manifest
from adapters.replay import NotReplayable, Recording, question_for, replay


class Level(StrEnum):
    """How far a source can be relied on; each level asks for all rules of those before it."""

    CONNECTS = "connects"
    DEPENDABLE = "dependable"
    EXEMPLARY = "exemplary"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule: `passed` is None where it was not run; `what` says what to change, or why not."""

    rule: str
    level: Level
    passed: bool | None
    what: str = ""


def level_of(verdicts: list[Verdict]) -> Level | None:
    """The highest level of which, and below which, no rule failed; None if even the first did."""
    reached = None
    for level in Level:
        if any(one.passed is False for one in verdicts if one.level == level):
            break
        reached = level
    return reached


async def check_offline(manifest: Manifest, folder: Path, clock: Clock) -> list[Verdict]:
    """Every rule that needs neither a network nor a secret."""
    verdicts = [Verdict("manifest is valid", Level.CONNECTS, passed=True)]
    verdicts += [one async for one in _examples(manifest, folder, clock)]
    verdicts += _declared(manifest)
    verdicts += _exemplary(manifest, clock)
    return verdicts


async def check_online(manifest: Manifest, source: Source) -> list[Verdict]:
    """Asks the real system for the children whom the examples call absent, and for nobody else."""
    absent = [one for one in manifest.example if one.outcome == "no-record"]
    if not absent:
        what = 'no [[example]] with outcome = "no-record", so nobody to ask for'
        return [Verdict("a known absent child is absent", Level.CONNECTS, None, what)]
    return [await _absent(manifest, one, source) for one in absent]


async def _absent(manifest: Manifest, example: Example, source: Source) -> Verdict:
    operation = operation_of(manifest, example)
    rule = f"a known absent child is absent ({example.operation})"
    if operation is None:
        return Verdict(rule, Level.CONNECTS, passed=False, what="no such operation")
    reply = await source.ask(question_for(operation, example.given))
    if isinstance(reply, NoRecord):
        return Verdict(rule, Level.CONNECTS, passed=True)
    what = f"the system answered otherwise: {type(reply).__name__}"
    return Verdict(rule, Level.CONNECTS, passed=False, what=what)


async def _examples(manifest: Manifest, folder: Path, clock: Clock) -> AsyncIterator[Verdict]:
    if manifest.kind == "plugin":
        what = "the examples of a plugin are its own tests"
        yield Verdict("every example is read as it says", Level.DEPENDABLE, None, what)
        return
    without = [
        one.name
        for one in manifest.operation
        if not any(example.operation == one.name for example in manifest.example)
    ]
    yield _rule(
        "every operation has an example",
        f"add an [[example]] for {', '.join(without)}" if without else "",
    )
    unproved = [
        one.name for one in manifest.operation if one.conclusive and not _proved(manifest, one.name)
    ]
    yield _rule(
        "every conclusive operation has an example of absence",
        f'add an [[example]] with outcome = "no-record" for {", ".join(unproved)}'
        if unproved
        else "",
    )
    findings = await replay_examples(manifest, folder, clock)
    yield _rule(
        "every example is read as it says",
        "; ".join(f"example[{one.example}].{one.what}" for one in findings),
    )
    fooled = [name async for name in _fooled(manifest, folder, clock)]
    yield _rule(
        "no fault is taken for an answer", f"taken for one: {', '.join(fooled)}" if fooled else ""
    )


def _proved(manifest: Manifest, operation: str) -> bool:
    examples = (one for one in manifest.example if one.operation == operation)
    return any(one.outcome == "no-record" for one in examples)


_JSON: Final = {"content-type": "application/json"}
_HTML: Final = {"content-type": "text/html"}
_XML: Final = {"content-type": "text/xml"}
_FAULTS: Final[dict[str, HttpAnswer]] = {
    "an empty body": HttpAnswer(200, _JSON, b""),
    "an empty object": HttpAnswer(200, _JSON, b"{}"),
    "a sign-in page": HttpAnswer(200, _HTML, b"<html><h1>Sign in</h1></html>"),
    "a proxy's 404": HttpAnswer(404, _HTML, b"<html><h1>Not found</h1></html>"),
    "a proxy's 404 in JSON": HttpAnswer(404, _JSON, b'{"message": "no route"}'),
    "an empty 404": HttpAnswer(404, _JSON, b""),
    "a 401": HttpAnswer(401, _JSON, b"{}"),
    "a 429": HttpAnswer(429, _JSON, b"{}"),
    "a 500": HttpAnswer(500, _JSON, b"{}"),
    "a redirect": HttpAnswer(302, _JSON, b""),
    "foreign XML": HttpAnswer(200, _XML, b"<ok/>"),
}


async def _fooled(manifest: Manifest, folder: Path, clock: Clock) -> AsyncIterator[str]:
    if manifest.kind not in DIALECTS:
        return
    for example in manifest.example:
        operation = operation_of(manifest, example)
        if operation is None:
            continue
        faults = {**_FAULTS, **_cut(manifest, example, folder)}
        for name, answer in faults.items():
            question = question_for(operation, example.given)
            reply = await replay(manifest, question, Recording(answer, {}), clock)
            if isinstance(reply, Records | NoRecord):
                yield f"{name} ({example.operation})"


def _cut(manifest: Manifest, example: Example, folder: Path) -> dict[str, HttpAnswer]:
    # The example's own reply, cut off in the middle.
    try:
        whole = recording_of(manifest, example, folder).main
    except NotReplayable:
        return {}
    if not isinstance(whole, HttpAnswer):
        return {}
    body = whole.body[: len(whole.body) // 2]
    return {"half of its reply": HttpAnswer(whole.status, whole.headers, body)}


def _declared(manifest: Manifest) -> Iterator[Verdict]:
    unshielded = [one.name for one in manifest.operation if one.map.restricted is None]
    claims = Claim.SHIELD_AUTHORITY in manifest.source.claims
    yield _rule(
        "a shield authority says who is restricted",
        f"map restricted in {', '.join(unshielded)}, or take shield_authority out of claims"
        if claims and unshielded
        else "",
    )
    hours = manifest.agency.duty_contact.hours
    yield _rule("the duty contact has hours", "" if hours else "add hours to agency.duty_contact")
    yield _rule("somebody may be told something", "" if manifest.release else "add a [[release]]")


def _exemplary(manifest: Manifest, clock: Clock) -> Iterator[Verdict]:
    today = clock().date()
    silent = [name for name, table in manifest.codes.items() if "*" not in table]
    ageless = [one.name for one in manifest.operation if one.as_of is None and one.file is None]
    mute = [one.name for one in manifest.operation if not one.involvement]
    over = [index for index, rule in enumerate(manifest.release) if rule.until < today]
    lines = {
        "every code table says what any other code means": [
            f'"*" in codes.{one}' for one in silent
        ],
        "every answer says of when it is": [f"as_of in {one}" for one in ageless],
        "every answer says who is working with the child": [
            f"an involvement in {one}" for one in mute
        ],
        "no release rule is over": [f"a later until in release[{one}]" for one in over],
        "its health can be asked for": [] if _healthy(manifest) else ["a [health]"],
    }
    for rule, missing in lines.items():
        what = f"add {', '.join(missing)}" if missing else ""
        yield Verdict(rule, Level.EXEMPLARY, not missing, what)


def _healthy(manifest: Manifest) -> bool:
    return manifest.health is not None or manifest.kind not in DIALECTS


def _rule(rule: str, what: str) -> Verdict:
    return Verdict(rule, Level.DEPENDABLE, not what, what)
