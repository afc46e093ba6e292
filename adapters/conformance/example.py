"""A manifest's examples, read again: each finding says what to change, and echoes no reply."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, assert_never

from adapters.conformance.date_candidates import date_hints
from adapters.conformance.replay import (
    NotReplayable,
    Recording,
    Replies,
    question_for,
    recorded_answer,
    replay,
)
from adapters.conformance.reserved_numbers import is_nobodys
from adapters.contract.advice import failure_in_words
from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
    Unread,
    WallClock,
)
from adapters.contract.record import Record
from adapters.manifest.manifest import Example, Manifest
from adapters.manifest.operation import Operation
from adapters.mapping.marks.restricted import restricted_records

_LISTS: Final = (
    "identifiers",
    "names",
    "addresses",
    "carers",
    "schools",
    "involvements",
    "support_statuses",
    "events",
)

_NOT_LOOKED_THROUGH: Final = (
    "reply: not all of it can be read, so it proves no absence. Look for a row with an unreadable"
    " key, or a last line without its end (see final_line_end)"
)
_WORDS: Final[Mapping[type, str]] = {
    Records: "record",
    NoRecord: "no-record",
    TooMany: "too-many",
    Refused: "refused",
}


@dataclass(frozen=True, slots=True)
class ExampleFinding:
    """One thing that is not as the example says; `what` says what to change."""

    example: int
    what: str


async def replay_examples(
    manifest: Manifest, replies: Replies, clock: WallClock
) -> list[ExampleFinding]:
    """Every finding of every example."""
    findings: list[ExampleFinding] = []
    for index, example in enumerate(manifest.example):
        complaints = _complaints(manifest, example, replies, clock)
        findings += [ExampleFinding(index, what) async for what in complaints]
    return findings


_UNHEEDED: Final = (
    "reply: a next link, a flag or a larger number says that there are more records than came."
    " Read them by page, or say by total how many there are"
)


_CUT: Final = (
    "reply: there is more than came of {}; read a detail's further pages by its page, and record"
    " each of them. Or record a child with complete lists"
)


def operation_of(manifest: Manifest, example: Example) -> Operation | None:
    """The operation that an example is of, if there is one."""
    return next((one for one in manifest.operation if one.name == example.operation), None)


def recording_of(manifest: Manifest, example: Example, replies: Replies) -> Recording:
    """The recorded replies of an example; NotReplayable if one cannot be used."""
    most = manifest.limits.max_body
    details = {
        name: tuple(recorded_answer(replies, file, 200, most) for file in files)
        for name, files in example.detail_files.items()
    }
    main = recorded_answer(replies, example.reply, example.status, most)
    pages = tuple(recorded_answer(replies, file, 200, most) for file in example.pages)
    return Recording(main, details, pages)


async def _complaints(
    manifest: Manifest, example: Example, replies: Replies, clock: WallClock
) -> AsyncIterator[str]:
    operation = operation_of(manifest, example)
    if operation is None:
        yield f"operation: there is none with the name {example.operation}"
        return
    for scheme, value in example.given.items():
        if not is_nobodys(scheme, value):
            yield f"given.{scheme}: a number that may be a real person's; use one kept for tests"
            return
    try:
        question = question_for(operation, example.given)
        recording = recording_of(manifest, example, replies)
        reply = await replay(manifest, question, recording, clock)
    except NotReplayable as error:
        yield f"reply: {error}"
        return
    for complaint in _judged(example, reply):
        yield complaint
    if manifest.kind == "file" and _proves_nothing(operation, reply):
        yield _NOT_LOOKED_THROUGH
    async for hint in date_hints(manifest, example, recording, reply, clock):
        yield hint


def _judged(example: Example, reply: Reply) -> Iterator[str]:
    match reply:
        case Records() if reply == restricted_records(example.given):
            if example.outcome != "restricted":
                yield f"outcome: is restricted, the example says {example.outcome}"
        case Unavailable(fault=Fault.SERVER_ERROR) if example.outcome == "failed":
            return
        case Records(unread=Unread.PARTIAL) | NoRecord(unread=Unread.PARTIAL):
            if example.outcome != "partial":
                yield f"outcome: is partial, the example says {example.outcome}"
        case TooMany() | Records(whole=False) if example.outcome == "too-many":
            return
        case Records(unread=Unread.MORE) | NoRecord(unread=Unread.MORE):
            yield _UNHEEDED
        case Records(records=records):
            yield from _records(example, records)
        case NoRecord() if example.outcome == "no-record":
            return
        case _:
            yield f"outcome: is {_named(reply)}, the example says {example.outcome}"


def _proves_nothing(operation: Operation, reply: Reply) -> bool:
    match reply:
        case Records(whole=whole):
            return not whole
        case NoRecord(whole=whole):
            return operation.conclusive and not whole
        case _:
            return False


def _named(reply: Reply) -> str:
    match reply:
        case Records() | NoRecord() | TooMany() | Refused():
            return _WORDS[type(reply)]
        case MoreNeeded(needs=needs):
            return f"more needed ({', '.join(needs)}), so give it"
        case Unavailable() | Malformed():
            return failure_in_words(reply)
        case _:
            assert_never(reply)


def _records(example: Example, records: tuple[Record, ...]) -> Iterator[str]:
    if example.outcome != "record":
        yield f"outcome: is record, the example says {example.outcome}"
        return
    numbers = [number for record in records for number in record.identifiers]
    if not all(is_nobodys(number.scheme, number.value) for number in numbers):
        yield "reply: has a number that may be a real person's; use those kept for tests"
        return
    if defects := sorted({name for record in records for name in record.defects}):
        yield f"reply: these values cannot be read as mapped: {', '.join(defects)}"
    if cut := sorted({name for record in records for name in record.cut}):
        yield _CUT.format(", ".join(cut))
    yield from differences(example.expect, records[0])


def differences(expect: Mapping[str, Any], record: Record) -> Iterator[str]:
    """What is otherwise in a record than an example expects, without what it is."""
    known = _values(record)
    for name, wanted in expect.items():
        if name not in known:
            yield f"expect.{name}: no such value; there are {', '.join(sorted(known))}"
        elif known[name] != wanted:
            # What was read instead is not told: a finding may be shown to others.
            yield f"expect.{name}: the reply gives another value, or none"


def _values(record: Record) -> dict[str, Any]:
    name = record.names[0] if record.names else None
    return {
        "record_id": record.record_id,
        "nhs_number": record.identifier("nhs_number"),
        "upn": record.identifier("upn"),
        "given_names": list(name.given) if name else [],
        "family_name": name.family if name else None,
        "birth_date": str(record.birth_date or ""),
        "birth_date_estimated": record.birth_date_estimated,
        "sex": str(record.sex or ""),
        "restricted": record.restricted,
        "gp_practice": int(record.gp_practice is not None),
        **{one: len(getattr(record, one)) for one in _LISTS},
    }
