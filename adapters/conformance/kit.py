"""The conformance kit: which rules a source keeps, what to change, and the level it reaches."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from adapters.conformance.absence.changes import changes_taken_for_absence
from adapters.conformance.absence.error_bodies import taken_for_absence
from adapters.conformance.batch_check import mixed_up
from adapters.conformance.example import operation_of, recording_of, replay_examples
from adapters.conformance.replay import (
    NotReplayable,
    Recording,
    Replies,
    opened_with,
    question_for,
    replay,
)
from adapters.conformance.rules import KitRule
from adapters.conformance.sensitive_alone import sensitive_alone
from adapters.conformance.wire_faults import WIRE_FAULTS, faults_of, faults_of_bytes
from adapters.contract.codes import SHIELD_CLAIMS
from adapters.contract.contract import NoRecord, Records, WallClock
from adapters.kinds import DIALECTS
from adapters.manifest.manifest import Example, Manifest
from adapters.manifest.operation import Operation
from adapters.network.http_request import HttpAnswer
from adapters.plugins.source import unreplayed
from adapters.validation.constant_marks import always_says

_MOST_NAMED: Final = 8


class Level(StrEnum):
    """How far a source can be relied on; each level asks for all rules of those before it."""

    CONNECTS = "connects"
    DEPENDABLE = "dependable"
    EXEMPLARY = "exemplary"


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """One rule: `passed` is None where it was not run; `what` says what to change, or why not."""

    rule: str
    level: Level
    passed: bool | None
    what: str = ""


_CONNECTS: Final = frozenset({KitRule.VALID, KitRule.UP, KitRule.ABSENT, KitRule.KEPT})
_EXEMPLARY: Final = frozenset(
    {
        KitRule.CODES,
        KitRule.AS_OF,
        KitRule.UNMATCHED,
        KitRule.WHO,
        KitRule.UNTIL,
        KitRule.HEALTH,
    }
)


def level_for(rule: KitRule) -> Level:
    """The lowest level that asks for this rule."""
    if rule in _CONNECTS:
        return Level.CONNECTS
    return Level.EXEMPLARY if rule in _EXEMPLARY else Level.DEPENDABLE


def verdict(rule: KitRule, what: str) -> RuleVerdict:
    """Passed if there is nothing to change."""
    return RuleVerdict(rule, level_for(rule), not what, what)


def level_of(verdicts: list[RuleVerdict]) -> Level | None:
    """The highest level of which, and below which, no rule failed; None if even the first did."""
    reached = None
    for level in Level:
        if any(one.passed is False for one in verdicts if one.level == level):
            break
        reached = level
    return reached


async def check_offline(
    manifest: Manifest, replies: Replies, clock: WallClock
) -> list[RuleVerdict]:
    """Every rule that needs neither a network nor a secret."""
    return [
        verdict(KitRule.VALID, ""),
        *_exampled(manifest),
        *[one async for one in _replayed(manifest, replies, clock)],
        *_declared(manifest),
        *_exemplary(manifest, clock),
    ]


def _exampled(manifest: Manifest) -> Iterator[RuleVerdict]:
    shown = {example.operation for example in manifest.example}
    without = [one.name for one in manifest.operation if one.name not in shown]
    together = {one.operation for one in manifest.together}
    apart = [one.name for one in _batched(manifest) if one.name not in together]
    hidden = {one.operation for one in manifest.example if one.outcome == "restricted"}
    hides = [one.name for one in manifest.operation if one.restricted_reply]
    unshown = [name for name in hides if name not in hidden]
    missing = [
        _add("an [[example]] for ", without),
        _add("a [[together]] for ", apart),
        _add('an [[example]] with outcome = "restricted" for ', unshown),
    ]
    yield verdict(KitRule.EXAMPLES, "; ".join(filter(None, missing)))
    proved = {one.operation for one in manifest.example if one.outcome == "no-record"}
    unproved = [one.name for one in manifest.operation if one.conclusive and one.name not in proved]
    yield verdict(
        KitRule.ABSENCES, _add('an [[example]] with outcome = "no-record" for ', unproved)
    )


def _batched(manifest: Manifest) -> list[Operation]:
    return [one for one in manifest.operation if one.batch.as_ != "none"]


def _add(what: str, names: list[str]) -> str:
    return f"add {what}{', '.join(names)}" if names else ""


async def _broken_plugin(manifest: Manifest, clock: WallClock) -> str:
    """Why the manifest's plugin opens no source; empty if it opens one."""
    try:
        source = await opened_with(manifest, b"", clock)
    except NotReplayable as broken:
        return str(broken)
    await source.aclose()
    return ""


async def _replayed(
    manifest: Manifest, replies: Replies, clock: WallClock
) -> AsyncIterator[RuleVerdict]:
    why_not = unreplayed(manifest) if manifest.kind == "plugin" else None
    if why_not is not None:
        yield RuleVerdict(KitRule.READ, Level.DEPENDABLE, None, why_not)
        return
    broken = await _broken_plugin(manifest, clock) if manifest.kind == "plugin" else ""
    if broken:
        yield verdict(KitRule.READ, broken)
        return
    findings = await replay_examples(manifest, replies, clock)
    yield verdict(KitRule.READ, "; ".join(f"example[{one.example}].{one.what}" for one in findings))
    yield verdict(KitRule.POOLED, await sensitive_alone(manifest, replies, clock))
    faults = [name async for name in _fooled(manifest, replies, clock)]
    fooled = ", ".join([*faults, *_few(taken_for_absence(manifest, replies, clock))])
    yield verdict(KitRule.FAULTS, f"taken for one: {fooled}" if fooled else "")
    changed = await changes_taken_for_absence(manifest, replies, clock)
    yield verdict(KitRule.CHANGED, _CHANGED.format("; ".join(changed)) if changed else "")
    if _batched(manifest) or manifest.together:
        yield verdict(KitRule.TOGETHER, "; ".join(await mixed_up(manifest, replies, clock)))


def _few(names: Iterator[str]) -> Iterator[str]:
    yield from islice(names, _MOST_NAMED)
    if next(names, None) is not None:
        yield "and others"


_CHANGED: Final = (
    'these changes would be read as "no such child": {}. Let absent ask for something that only'
    " an absence has, such as a code. Or read total, or record an absence that looks like this"
)


async def _fooled(manifest: Manifest, replies: Replies, clock: WallClock) -> AsyncIterator[str]:
    if manifest.kind not in {*DIALECTS, "plugin"}:
        return
    for example in manifest.example:
        operation = operation_of(manifest, example)
        if operation is None:
            continue
        for name, answer in _faults(manifest, example, replies).items():
            question = question_for(operation, example.given)
            reply = await replay(manifest, question, Recording(answer, {}), clock)
            if isinstance(reply, Records | NoRecord):
                yield f"{name} ({example.operation})"


def _faults(manifest: Manifest, example: Example, replies: Replies) -> Mapping[str, HttpAnswer]:
    try:
        whole = recording_of(manifest, example, replies).main
    except NotReplayable:
        return WIRE_FAULTS
    if not isinstance(whole, HttpAnswer):
        return WIRE_FAULTS
    return faults_of_bytes(whole) if manifest.kind == "plugin" else faults_of(whole)


def _declared(manifest: Manifest) -> Iterator[RuleVerdict]:
    plain = [name for name, address in _addresses(manifest) if _is_plain(address)]
    yield verdict(KitRule.ENCRYPTED, f"use https in {', '.join(plain)}" if plain else "")
    unshielded = [one.name for one in manifest.operation if one.map.restricted is None]
    claims = sorted(SHIELD_CLAIMS & manifest.source.claims)
    lacks = f"map restricted in {', '.join(unshielded)}, or take {', '.join(claims)} out of claims"
    yield verdict(KitRule.SHIELD, lacks if claims and unshielded else "")
    yield verdict(KitRule.MARKED, _add("", list(_unmarked(manifest))) if claims else "")
    left = ", ".join(_unfilled(manifest.model_dump(by_alias=True), ""))
    yield verdict(KitRule.FILLED, f"write your own in {left}" if left else "")
    hours = manifest.agency.duty_contact.hours
    yield verdict(KitRule.HOURS, "" if hours else "add hours to agency.duty_contact")
    yield verdict(KitRule.RELEASE, "" if manifest.release else "add a [[release]]")


def _unmarked(manifest: Manifest) -> Iterator[str]:
    """The examples that are missing to show that a mark comes from what the system holds.

    Operations that map it alike need the two between them. One that restricts everybody is exempt.
    """
    alike: dict[str, list[str]] = {}
    for operation in manifest.operation:
        mark = operation.map.restricted
        if mark is not None and not always_says(manifest, mark, said=True):
            alike.setdefault(mark.model_dump_json(), []).append(operation.name)
    for names in alike.values():
        shown = {
            said: {e.reply for e in manifest.example if e.operation in names and _marks(e) is said}
            for said in (True, False)
        }
        if not shown[True] or not shown[False] or shown[True] & shown[False]:
            yield (
                "an [[example]] with expect restricted = true and one with restricted = false,"
                f" from two replies, for {' or '.join(names)}"
            )


def _marks(example: Example) -> object:
    return example.expect.get("restricted") if example.outcome == "record" else None


def _unfilled(table: object, at: str) -> Iterator[str]:
    match table:
        case dict():
            for name, part in table.items():
                yield from _unfilled(part, f"{at}.{name}".removeprefix("."))
        case list() | tuple():
            for index, part in enumerate(table):
                yield from _unfilled(part, f"{at}[{index}]")
        case str() if "CHANGE" in table.split() or table.startswith("CHANGE:"):
            yield at
        case _:
            return


def _addresses(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield "source.base_url", manifest.source.base_url or ""
    yield "auth.token_url", getattr(manifest.auth, "token_url", "")


def _is_plain(address: str) -> bool:
    # On one machine there is no wire that anybody could listen to.
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname not in _OF_THIS_MACHINE


_OF_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


_COUNTED: Final = (
    '"SELECT count(*) FROM child WHERE nhs IS NULL OR length(nhs) <> 10": a key that is empty or'
    " written otherwise equals none that is asked for"
)


def _exemplary(manifest: Manifest, clock: WallClock) -> Iterator[RuleVerdict]:
    today = clock().date()
    lines = {
        KitRule.CODES: [
            f'"*" in codes.{name}' for name, one in manifest.codes.items() if "*" not in one
        ],
        KitRule.AS_OF: [
            f"as_of in {one.name}"
            for one in manifest.operation
            if one.as_of is None and one.file is None
        ],
        KitRule.UNMATCHED: [
            f"unreadable in {one.name}, as {_COUNTED}"
            for one in manifest.operation
            if one.sql is not None and one.conclusive and one.unreadable is None
        ],
        KitRule.WHO: [
            f"an involvement in {one.name}" for one in manifest.operation if not one.involvement
        ],
        KitRule.UNTIL: [
            f"a later until in release[{index}]"
            for index, rule in enumerate(manifest.release)
            if rule.until < today
        ],
        KitRule.HEALTH: [] if _healthy(manifest) else ["a [health]"],
    }
    for rule, missing in lines.items():
        yield verdict(rule, _add("", missing))


def _healthy(manifest: Manifest) -> bool:
    return manifest.health is not None or manifest.kind not in DIALECTS
