"""The conformance kit's questions to the real system: about nobody's children, at its own pace."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from adapters.conformance.example import operation_of
from adapters.conformance.found_alive import examples_of, found_alive
from adapters.conformance.kit import Level, RuleVerdict, verdict
from adapters.conformance.live_checks import ObservedTransport, OneAnswer
from adapters.conformance.replay import question_for
from adapters.conformance.rules import (
    SHOWN_BY_A_REPLY,
    Complaints,
    KitRule,
    LiveReply,
    complaints_of,
    identity_in,
)
from adapters.conformance.wire_faults import faults_of
from adapters.contract.advice import failure_in_words
from adapters.contract.contract import (
    Malformed,
    NoRecord,
    Records,
    Refused,
    Reply,
    Source,
    TooMany,
    Unavailable,
)
from adapters.http.login import FixedLogin
from adapters.http.probe import HttpProbe
from adapters.http.source import HttpSource
from adapters.kinds import several_of
from adapters.manifest.auth import MutualTlsAuth, NoAuth
from adapters.manifest.manifest import Example, Manifest
from adapters.manifest.operation import Operation
from adapters.network.http_request import HttpAnswer

_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
_WRONG_PLACE: Final = "/teamaround-check/no-such-place"


async def check_online(
    manifest: Manifest, source: Source, person: Mapping[str, str] = _NOBODY
) -> list[RuleVerdict]:
    """Asks for the children whom the examples call absent or `live`, and for nobody else.

    And for the operator's test `person`, values by key. A source with effects is asked once for
    each, not for the person, and not asked the rest.
    """
    if not isinstance(source, HttpSource):
        asked = await _all(manifest, source, person)
        verdicts = [one async for one in _of_replies(manifest, source, asked)]
        return verdicts + [one async for one in _at_once(manifest, source, asked)]
    observed = ObservedTransport(source.transport, source.login, 1 / manifest.limits.rate)
    watched = replace(source, transport=observed, login=observed)
    verdicts = [one async for one in _health(manifest, watched)]
    asked = await _all(manifest, watched, person)
    verdicts += [one async for one in _of_replies(manifest, watched, asked)]
    verdicts += [one async for one in _at_once(manifest, watched, asked)]
    if asked:
        verdicts += _looked_at(observed)
        verdicts += [one async for one in _of_wire(manifest, watched, observed, asked[-1])]
    return verdicts


async def _all(manifest: Manifest, source: Source, person: Mapping[str, str]) -> list[LiveReply]:
    examples = [one for one in manifest.example if one.live or one.outcome == "no-record"]
    if not _asked_once(manifest):
        examples += examples_of(manifest, person)
    known = [(one, operation_of(manifest, one)) for one in examples]
    return [
        LiveReply(one, operation, await _ask(manifest, source, operation, one))
        for one, operation in known
        if operation is not None
    ]


async def _ask(manifest: Manifest, source: Source, operation: Operation, example: Example) -> Reply:
    question = question_for(operation, example.given)
    return await source.ask(replace(question, timeout_s=manifest.limits.timeout))


async def _of_replies(
    manifest: Manifest, source: Source, asked: list[LiveReply]
) -> AsyncIterator[RuleVerdict]:
    if not asked:
        what = 'no [[example]] with outcome = "no-record" or live = true, so no child to ask about'
        yield RuleVerdict(KitRule.ABSENT, Level.CONNECTS, None, what)
        return
    for one in asked:
        yield _expected(one)
    for each in found_alive(manifest, asked):
        yield each
    seen = complaints_of(asked)
    for rule in SHOWN_BY_A_REPLY:
        yield verdict(rule, seen.against(rule))
    if _asked_once(manifest):
        return
    again = Complaints()
    for one in asked:
        reply = await _ask(manifest, source, one.operation, one.example)
        if identity_in(reply) != identity_in(one.reply):
            again.add(KitRule.SAME_AGAIN, f"{one.example.operation}: the second answer is another")
    yield verdict(KitRule.SAME_AGAIN, again.against(KitRule.SAME_AGAIN))


async def _at_once(
    manifest: Manifest, source: Source, asked: list[LiveReply]
) -> AsyncIterator[RuleVerdict]:
    several = several_of(manifest, source)
    for operation in manifest.operation:
        if several is None or operation.batch.as_ == "none":
            continue
        rule = f"{KitRule.APART} ({operation.name})"
        pair = _pair(operation, asked)
        if pair is None:
            what = "needs two [[example]]s that the check may ask for, one of them with live = true"
            yield RuleVerdict(rule, Level.DEPENDABLE, None, what)
            continue
        timeout_s = manifest.limits.timeout
        questions = (question_for(operation, one.example.given) for one in pair)
        timed = tuple(replace(question, timeout_s=timeout_s) for question in questions)
        replies = await several.ask_many(timed)
        alike = [identity_in(r) == identity_in(o.reply) for r, o in zip(replies, pair, strict=True)]
        what = "" if all(alike) else "about both in one call it answers differently than about each"
        yield RuleVerdict(rule, Level.DEPENDABLE, not what, what)


def _pair(operation: Operation, asked: list[LiveReply]) -> tuple[LiveReply, LiveReply] | None:
    mine = [one for one in asked if one.operation is operation]
    here = next((one for one in mine if one.example.live), None)
    if here is None:
        return None
    others = [one for one in mine if one.example.given != here.example.given]
    others.sort(key=lambda one: not one.example.live)  # two whom it knows tell most
    return (here, others[0]) if others else None


def _asked_once(manifest: Manifest) -> bool:
    return manifest.source.effects != "none"


def _expected(one: LiveReply) -> RuleVerdict:
    found = one.example.outcome == "record"
    rule = f"{KitRule.KEPT if found else KitRule.ABSENT} ({one.example.operation})"
    if isinstance(one.reply, Records if found else NoRecord):
        return RuleVerdict(rule, Level.CONNECTS, passed=True)
    what = f"the system answered differently: {_in_words(one.reply)}"
    return RuleVerdict(rule, Level.CONNECTS, passed=False, what=what)


def _in_words(reply: Reply) -> str:
    if isinstance(reply, Refused | Unavailable | Malformed):
        return failure_in_words(reply)
    return type(reply).__name__


async def _health(manifest: Manifest, source: HttpSource) -> AsyncIterator[RuleVerdict]:
    if manifest.health is None:
        return
    yield verdict(KitRule.UP, await HttpProbe(source, manifest.health.get).trouble() or "")


def _looked_at(observed: ObservedTransport) -> Iterator[RuleVerdict]:
    told = "an answer has our password, key or token in it" if observed.repeats_login else ""
    yield verdict(KitRule.UNREPEATED, told)
    hidden = "take control and bidirectional characters out" if observed.unclean else ""
    yield verdict(KitRule.PLAIN, hidden)


async def _of_wire(
    manifest: Manifest, source: HttpSource, observed: ObservedTransport, one: LiveReply
) -> AsyncIterator[RuleVerdict]:
    if observed.last is not None:
        fooled = ", ".join([name async for name in _fooled(source, one, observed.last)])
        yield verdict(KitRule.WIRE, f"taken for one: {fooled}" if fooled else "")
    if _asked_once(manifest):
        return
    elsewhere = replace(source, base_url=source.base_url.rstrip("/") + _WRONG_PLACE)
    reply = await _ask(manifest, elsewhere, one.operation, one.example)
    any_place = "a wrong address also gives the answer that means absent"
    yield verdict(KitRule.PLACED, any_place if _says_something(reply) else "")
    if isinstance(manifest.auth, NoAuth | MutualTlsAuth):
        what = "there is no login to leave out"
        yield RuleVerdict(KitRule.CLOSED, Level.DEPENDABLE, None, what)
        return
    nobody = replace(source, login=FixedLogin({}))
    reply = await _ask(manifest, nobody, one.operation, one.example)
    whoever = "it answers without a login: have it ask for one"
    yield verdict(KitRule.CLOSED, whoever if _says_something(reply) else "")


def _says_something(reply: Reply) -> bool:
    return isinstance(reply, Records | NoRecord | TooMany)


async def _fooled(source: HttpSource, one: LiveReply, true: HttpAnswer) -> AsyncIterator[str]:
    for name, answer in faults_of(true).items():
        broken = replace(source, transport=OneAnswer(answer), login=FixedLogin({}))
        reply = await broken.ask(question_for(one.operation, one.example.given))
        if isinstance(reply, Records | NoRecord):
            yield name
