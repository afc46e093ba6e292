"""Children asked about at once, over recorded replies: each reads as its own example does."""

from collections.abc import AsyncIterator, Iterator

from adapters.conformance.example import recording_of
from adapters.conformance.replay import (
    NotReplayable,
    Replies,
    question_for,
    recorded_answer,
    replay,
    replay_several,
)
from adapters.conformance.reserved_numbers import is_nobodys
from adapters.conformance.rules import identity_in
from adapters.contract.contract import NoRecord, Records, Reply, WallClock
from adapters.manifest.manifest import BatchExample, Example, Manifest
from adapters.manifest.operation import Operation


async def mixed_up(manifest: Manifest, replies: Replies, clock: WallClock) -> list[str]:
    """What is wrong with each `[[together]]`, in words; nothing of a reply is repeated."""
    found = []
    for index, one in enumerate(manifest.together):
        complaints = _complaints(manifest, one, replies, clock)
        found += [f"together[{index}].{what}" async for what in complaints]
    return found


async def _complaints(
    manifest: Manifest, together: BatchExample, replies: Replies, clock: WallClock
) -> AsyncIterator[str]:
    operation = next((o for o in manifest.operation if o.name == together.operation), None)
    if operation is None or operation.batch.as_ == "none":
        yield f"operation: none called {together.operation} has a batch"
        return
    alone = [_alone(manifest, operation, number) for number in together.numbers]
    unusable = "".join(_unusable(together, operation, alone))
    if unusable:
        yield unusable
        return
    try:
        answer = recorded_answer(replies, together.reply, 200, manifest.limits.max_body)
        questions = tuple(question_for(operation, one.given) for one in alone if one)
        at_once = await replay_several(manifest, questions, answer, clock)
        by_itself = [await _reply_of(manifest, one, replies, clock) for one in alone if one]
    except NotReplayable as error:
        yield f"reply: {error}"
        return
    for place, (reply, expected) in enumerate(zip(at_once, by_itself, strict=True)):
        if what := _compared(reply, expected):
            yield f"numbers[{place}]: {what}"


def _alone(manifest: Manifest, operation: Operation, number: str) -> Example | None:
    (key,) = operation.card.needs
    wanted = (operation.name, {key: number})
    return next((one for one in manifest.example if (one.operation, one.given) == wanted), None)


def _unusable(
    together: BatchExample, operation: Operation, alone: list[Example | None]
) -> Iterator[str]:
    (key,) = operation.card.needs
    if not all(is_nobodys(key, number) for number in together.numbers):
        yield "numbers: a number that may be a real person's; use those kept for tests"
    elif len({*together.numbers}) < len(together.numbers):
        yield "numbers: name different children"
    elif len(together.numbers) > operation.batch.max:
        yield f"numbers: the batch takes {operation.batch.max} at most"
    elif None in alone:
        yield f"numbers: each needs an [[example]] of {operation.name} that gives it alone"


async def _reply_of(manifest: Manifest, one: Example, replies: Replies, clock: WallClock) -> Reply:
    operation = next(o for o in manifest.operation if o.name == one.operation)
    recording = recording_of(manifest, one, replies)
    return await replay(manifest, question_for(operation, one.given), recording, clock)


def _compared(at_once: Reply, alone: Reply) -> str:
    if isinstance(at_once, Records):
        numbers = [number for record in at_once.records for number in record.identifiers]
        if not all(is_nobodys(number.scheme, number.value) for number in numbers):
            return "the reply has a number that may be a real person's; use those kept for tests"
    if identity_in(at_once) == identity_in(alone):
        return ""
    if isinstance(at_once, Records | NoRecord):
        return "beside others this child's record is read differently from alone"
    return "beside others this child's record cannot be told apart"
