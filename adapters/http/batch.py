"""Several children in one HTTP request: their numbers posted, FHIR's batch, GraphQL's aliases."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.turns import in_turn
from adapters.http.dialect import FoundDocuments
from adapters.http.json_records import said_twice
from adapters.http.kinds.fhir_doubts import is_doubtful
from adapters.http.operation import HttpOperation, RestrictedReply
from adapters.http.request import RequestParts, entries, json_post, target
from adapters.http.source import HttpSource, Sending
from adapters.http.verdict import Answer, JsonAnswer
from adapters.mapping.batch_results import (
    NOT_OURS,
    BatchAnswer,
    BatchRecord,
    in_their_places,
    key_of,
    told_apart,
)
from adapters.network.http_request import HttpAnswer, HttpRequest

_OK: Final = 200
_FHIR_JSON: Final = "application/fhir+json"


_Ask = Callable[[HttpSource, HttpOperation, tuple[Question, ...]], Awaitable[tuple[Reply, ...]]]


@dataclass(frozen=True, slots=True)
class HttpSeveral:
    """Asks `source` about several children at once, as each operation's `batch` says."""

    source: HttpSource

    async def ask_many(self, questions: tuple[Question, ...]) -> tuple[Reply, ...]:
        """A reply for each question, in order, within the time of the shortest."""
        operation = self.source.operations[questions[0].operation]
        try:
            async with asyncio.timeout(min(one.timeout_s for one in questions)):
                return await _ASKS[operation.operation.batch.as_](self.source, operation, questions)
        except TimeoutError:
            return _all(questions, Unavailable(Fault.TIMED_OUT))


async def _posted(
    source: HttpSource, operation: HttpOperation, questions: tuple[Question, ...]
) -> tuple[Reply, ...]:
    batch = operation.operation.batch
    asking = RequestParts(source.base_url, {}, source.headers_for(*questions))
    url = source.base_url.rstrip("/") + (batch.path or "")
    numbers = [key_of(one)[1] for one in questions]
    answer = await source.send(
        json_post(url, asking, {batch.ids or "": numbers}), _sending(questions)
    )
    if isinstance(answer, Refused | Unavailable | Malformed):
        return _all(questions, answer)
    return await in_turn(answer.length, lambda: _listed(source, operation, questions, answer))


def _listed(
    source: HttpSource, operation: HttpOperation, questions: tuple[Question, ...], answer: Answer
) -> tuple[Reply, ...]:
    """What one list of everybody's records says of each."""
    found = source.reader.found(operation, answer)
    if isinstance(found, NoRecord | RestrictedReply | TooMany):
        return _all(questions, NOT_OURS)  # it is said of one child, and nobody says of whom
    if not isinstance(found, FoundDocuments):
        return _all(questions, found)
    most, received = source.limits.max_records, len(found.documents)
    if received > most * len(questions):
        return _all(questions, NOT_OURS)  # one child may have them all
    more = source.dialect.more(answer, found.beside, received)
    cut = found.more or found.partial or more is True or (found.total or 0) > received
    ended = operation.total is not None or more is False
    said = _said(source, operation, questions[0], found.documents)
    answered = BatchAnswer(said, operation.moment(answer, source.clock()), cut, ended)
    replies = told_apart(questions, answered, most)
    replies = _unless_held(source, operation, questions, answer, replies)
    return _once_said(operation, answer, replies)


def _unless_held(
    source: HttpSource,
    operation: HttpOperation,
    questions: tuple[Question, ...],
    answer: Answer,
    replies: tuple[Reply, ...],
) -> tuple[Reply, ...]:
    """The replies; who stands elsewhere in the answer is asked about alone."""
    held = source.reader.unless_held
    return tuple(
        NOT_OURS
        if isinstance(said, NoRecord)
        and said.whole
        and not held(said, operation, answer, one.given).whole
        else said
        for one, said in zip(questions, replies, strict=True)
    )


def _once_said(
    operation: HttpOperation, answer: Answer, replies: tuple[Reply, ...]
) -> tuple[Reply, ...]:
    """The replies; in an answer of which a part was lost nobody is absent, and no mark is read."""
    marks = operation.operation.says_who_is_restricted
    lost = (NoRecord, Records) if marks else NoRecord
    twice = said_twice(answer) if any(isinstance(one, lost) for one in replies) else None
    return tuple(twice if twice and isinstance(one, lost) else one for one in replies)


def _said(
    source: HttpSource, operation: HttpOperation, question: Question, documents: list[Any]
) -> tuple[BatchRecord, ...]:
    (key, _), mapping, today = key_of(question), operation.mapping, source.today()
    return tuple(
        BatchRecord(mapping.numbers(key, one, today), mapping.record(one, question.fields, today))
        for one in documents
    )


async def _bundled(
    source: HttpSource, operation: HttpOperation, questions: tuple[Question, ...]
) -> tuple[Reply, ...]:
    headers = {**source.headers_for(*questions), "Content-Type": _FHIR_JSON}
    requests = [
        source.dialect.request(operation, RequestParts("", one.given, headers)) for one in questions
    ]
    sayable = [one for one in requests if isinstance(one, HttpRequest)]
    unsaid = next((one for one in requests if isinstance(one, MoreNeeded)), None)
    if unsaid is not None:
        # Numbers are of one form each, so that what one of them cannot say, none of them can.
        return _all(questions, unsaid)
    body = orjson.dumps(_bundle(sayable))
    answer = await source.send(
        HttpRequest(source.base_url, "POST", headers, body), _sending(questions)
    )
    if isinstance(answer, Refused | Unavailable | Malformed):
        return _all(questions, answer)
    if not isinstance(answer, JsonAnswer):
        return _all(questions, NOT_OURS)

    def read() -> tuple[Reply, ...]:
        parts = _parts(answer, len(questions))
        if parts is None:
            return _all(questions, NOT_OURS)
        return _each(source, operation, questions, answer, parts)

    return await in_turn(answer.length, read)


def _each(
    source: HttpSource,
    operation: HttpOperation,
    questions: tuple[Question, ...],
    answer: JsonAnswer,
    parts: Sequence[HttpAnswer],
) -> tuple[Reply, ...]:
    """What each part of an answer says of its child."""
    replies = [
        _reply(source, operation, one, part) for one, part in zip(questions, parts, strict=True)
    ]
    return _once_said(operation, answer, in_their_places(questions, replies))


async def _aliased(
    source: HttpSource, operation: HttpOperation, questions: tuple[Question, ...]
) -> tuple[Reply, ...]:
    # Only these sources need the library that takes their documents apart.
    from adapters.http.graphql_aliases import Aliases, variable

    manifest, headers = operation.operation, source.headers_for(*questions)
    aliases = Aliases.of(manifest.document or "")
    variables: dict[str, Any] = {}
    for place, one in enumerate(questions):
        said = entries(manifest.variables, one.given, manifest.say)
        if isinstance(said, MoreNeeded):
            return _all(questions, said)
        variables |= {variable(name, place): value for name, value in said.items()}
    asking = RequestParts(source.base_url, questions[0].given, headers)
    url = target(manifest, asking)
    if isinstance(url, MoreNeeded):
        return _all(questions, url)
    query = aliases.document(len(questions))
    post = json_post(url, asking, {"query": query, "variables": variables})
    answer = await source.send(post, _sending(questions))
    if not isinstance(answer, JsonAnswer):
        return _all(
            questions, answer if isinstance(answer, Refused | Unavailable | Malformed) else NOT_OURS
        )

    def read() -> tuple[Reply, ...]:
        parts = [_part_of(answer, share) for share in aliases.shares(answer.body, len(questions))]
        return _each(source, operation, questions, answer, parts)

    return await in_turn(answer.length, read)


def _part_of(answer: JsonAnswer, body: dict[str, Any]) -> HttpAnswer:
    headers = {**answer.headers, "content-type": "application/json"}
    return HttpAnswer(answer.status, headers, orjson.dumps(body))


def _bundle(requests: Sequence[HttpRequest]) -> dict[str, Any]:
    entries = [{"request": {"method": "GET", "url": one.url.removeprefix("/")}} for one in requests]
    return {"resourceType": "Bundle", "type": "batch", "entry": entries}


def _parts(answer: JsonAnswer, count: int) -> list[HttpAnswer] | None:
    """The answer to each entry; None if this is no response to a batch of so many."""
    body = answer.body
    listed = body.get("entry")
    if answer.status != _OK or body.get("type") != "batch-response":
        return None
    if body.get("resourceType") != "Bundle" or not isinstance(listed, list):
        return None
    parts = [_part(one, answer) for one in listed]
    whole = [one for one in parts if one is not None]
    return whole if len(whole) == len(parts) == count else None


def _part(entry: Any, answer: JsonAnswer) -> HttpAnswer | None:
    response = entry.get("response") if isinstance(entry, dict) else None
    if not isinstance(response, dict):
        return None
    status = str(response.get("status", ""))
    code = status[:3]
    if not (code.isascii() and code.isdecimal() and status[3:4] in ("", " ")):
        return None
    resource = _with_outcome(entry.get("resource"), response.get("outcome"))
    headers = {**answer.headers, "content-type": _FHIR_JSON}
    return HttpAnswer(int(code), headers, b"" if resource is None else orjson.dumps(resource))


def _with_outcome(resource: Any, outcome: Any) -> Any:
    # What a server remarks on one search of a batch stands beside its Bundle, not in it.
    if resource is None or not is_doubtful(outcome):
        return resource or outcome
    listed = resource.get("entry", []) if isinstance(resource, dict) else None
    if not isinstance(listed, list):
        return resource
    remark = {"search": {"mode": "outcome"}, "resource": outcome}
    return {**resource, "entry": [*listed, remark]}


def _reply(
    source: HttpSource, operation: HttpOperation, question: Question, part: HttpAnswer
) -> Reply:
    answer = source.dialect.judge(part, source.clock())
    if isinstance(answer, Refused | Unavailable | Malformed):
        return answer
    found = source.reader.found(operation, answer)
    return source.reader.replied(operation, question, answer, found)


def _sending(questions: Sequence[Question]) -> Sending:
    return Sending(questions[0].pace, all(one.may_resend for one in questions))


def _all(questions: Sequence[Question], reply: Reply) -> tuple[Reply, ...]:
    return (reply,) * len(questions)


_ASKS: Final[Mapping[str, _Ask]] = {
    "post-ids": _posted,
    "fhir-bundle": _bundled,
    "graphql-alias": _aliased,
}
