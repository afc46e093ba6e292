"""What the gateway would make of a reply about a test child, in words."""

from collections.abc import Iterator, Mapping

from adapters.contract.advice import what_to_do
from adapters.contract.codes import Claim
from adapters.contract.contract import (
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    Refused,
    Reply,
    Unavailable,
)
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.record import Identifier, Record
from adapters.manifest.operation import Operation
from resolvers.outcome import Outcome, judge


def is_read(reply: Reply) -> bool:
    """Whether an answer came that could be read."""
    return not isinstance(reply, Refused | Unavailable | Malformed | MoreNeeded)


def in_words(
    operation: Operation, given: Mapping[str, str], claims: frozenset[Claim], reply: Reply
) -> Iterator[str]:
    """Lines: the outcome that a question would get, by the granted `claims`; what to do."""
    asked = [Identifier(name, given[name]) for name in sorted(given.keys() & CHILD_NUMBERS)]
    match reply:
        case Records(records=records):
            yield from _of_records(operation, asked, reply, records)
        case NoRecord():
            yield from _of_nobody(operation, claims, reply)
        case MoreNeeded(needs=needs):
            yield f"{Outcome.MORE_NEEDED}: it cannot be asked without {', '.join(needs)}"
        case Malformed():
            yield f"{Outcome.INVALID_RESPONSE}: rule {reply.rule}{_at(reply.place, reply.shape)}"
            yield from filter(None, [what_to_do(reply.rule)])
        case _:
            outcome = judge(reply, (), conclusive=False, asked_identifiers=asked, supersedes=False)
            code = _code(reply)
            yield f"{outcome}: {code}{_at(getattr(reply, 'place', ''), '')}"
            yield from filter(None, [what_to_do(code)])


def _code(reply: Reply) -> str:
    if isinstance(reply, Unavailable):
        return str(reply.cause or reply.fault)
    return "refused" if isinstance(reply, Refused) else "more candidates than limits.max_records"


def _at(place: str, shape: str) -> str:
    return "".join(f"{before}{text}" for before, text in ((" at ", place), (": ", shape)) if text)


def _of_records(
    operation: Operation, asked: list[Identifier], reply: Records, records: tuple[Record, ...]
) -> Iterator[str]:
    outcome = judge(
        reply, (), conclusive=False, asked_identifiers=asked, supersedes=operation.supersedes
    )
    if outcome is Outcome.INVALID_RESPONSE:
        yield f"{outcome}: every record has another number than the one asked for"
        return
    if any(one in record.identifiers for record in records for one in asked):
        yield f"{Outcome.HAS_RECORD}: a record has the number; name or date of birth must agree"
    else:
        yield f"{Outcome.HAS_RECORD} or {Outcome.AMBIGUOUS}: no record has a number asked for,"
        yield "so that name and date of birth decide whether it is the child's"
    yield from (
        f"incomplete: {said}"
        for said in (
            "" if reply.whole else "the system may hold more than came",
            _listed("cannot be read as mapped", (name for r in records for name in r.defects)),
            _listed("is cut", (name for r in records for name in r.cut)),
        )
        if said
    )
    if any(record.restricted is not False for record in records):
        yield "restricted, or nothing says that the child is not: the location is kept back"


def _listed(what: str, names: Iterator[str]) -> str:
    found = sorted(set(names))
    return f"{', '.join(found)} {what}" if found else ""


def _of_nobody(operation: Operation, claims: frozenset[Claim], reply: NoRecord) -> Iterator[str]:
    lacks = [
        "" if reply.whole else "the system did not look through everything that it holds",
        ""
        if operation.conclusive
        else f"operation {operation.name} does not say conclusive = true",
        "" if Claim.CONCLUSIVE in claims else "the grant lacks the claim conclusive",
        "" if operation.card.needs & CHILD_NUMBERS else "it was not asked by a number",
    ]
    why = [one for one in lacks if one]
    if why:
        yield f"{Outcome.NONE_FOUND}: {'; '.join(why)}"
        return
    yield (
        f"{Outcome.NO_RECORD}, while its data is younger than source.max_age and its test child is"
        " found by this operation"
    )
