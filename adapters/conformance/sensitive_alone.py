"""Whether recorded replies show a source of sensitive services alone that does not say so."""

from typing import Final

from adapters.conformance.example import operation_of, recording_of
from adapters.conformance.replay import NotReplayable, Replies, question_for, replay
from adapters.contract.contract import Records, WallClock
from adapters.contract.record import Involvement
from adapters.manifest.manifest import Example, Manifest

_WHY: Final = (
    "every involvement in the examples is sensitive: set sensitive = true in [source],"
    " or add an [[example]] of one that is not"
)


async def sensitive_alone(manifest: Manifest, replies: Replies, clock: WallClock) -> str:
    """What to change, or nothing; the load rules see a constant, this sees what is really read."""
    if manifest.source.sensitive:
        return ""
    shown = [
        involvement
        for example in manifest.example
        for involvement in await _involvements(manifest, example, replies, clock)
    ]
    return _WHY if shown and all(one.sensitive for one in shown) else ""


async def _involvements(
    manifest: Manifest, example: Example, replies: Replies, clock: WallClock
) -> list[Involvement]:
    operation = operation_of(manifest, example)
    if operation is None:
        return []
    try:
        question = question_for(operation, example.given)
        reply = await replay(manifest, question, recording_of(manifest, example, replies), clock)
    except NotReplayable:
        return []  # that it cannot be read is told by another rule
    records = reply.records if isinstance(reply, Records) else ()
    return [one for record in records for one in record.involvements]
