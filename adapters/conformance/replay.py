"""A manifest's source asked over recorded replies: no network, no secret, the same code."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from adapters.conformance.recorded import (
    RecordedAnswers,
    RecordedFolder,
    RecordedSecrets,
    media_type,
    path_shape,
)
from adapters.contract.codes import Purpose
from adapters.contract.contract import Malformed, OnBehalf, Question, Reply, Unavailable, WallClock
from adapters.files import source as file_source
from adapters.http.batch import HttpSeveral
from adapters.http.login import FixedLogin
from adapters.http.source import Wire, source_over
from adapters.kinds import DIALECTS
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation
from adapters.mapping.batch_results import told_apart
from adapters.network.egress import Egress
from adapters.network.http_request import HttpAnswer
from adapters.network.stream import recorded
from adapters.plugins.opening import PluginBroken, open_plugin
from adapters.plugins.reply import CheckedPlugin
from adapters.plugins.source import REPLAYED, Opening, PluginMissing, place_of

ALL_FIELDS = frozenset(
    {
        "addresses",
        "carers",
        "schools",
        "gp_practice",
        "involvements",
        "support_statuses",
        "events",
    }
)
# The replies of examples: the folder where the manifest stands, or their bytes by name.
Replies = Path | Mapping[str, bytes]
_NOBODY = OnBehalf(
    "source check", "source check", "source check", Purpose.SAFEGUARDING, "source-check", 0
)


class NotReplayable(Exception):
    """The recorded reply cannot be used; the message says why and echoes nothing of it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What was answered: the first page, each detail's pages by its name, and further pages."""

    main: HttpAnswer | Unavailable | Malformed
    details: Mapping[str, tuple[HttpAnswer, ...]]
    pages: tuple[HttpAnswer, ...] = ()


def question_for(operation: Operation, given: Mapping[str, str]) -> Question:
    """A question of nobody's, for everything that a record may have."""
    return Question(operation.name, given, ALL_FIELDS, 10.0, _NOBODY)


async def replay(
    manifest: Manifest, question: Question, recording: Recording, clock: WallClock
) -> Reply:
    """What the source would reply to `question` if its system answered so."""
    match manifest.kind:
        case "sql":
            return _from_rows(manifest, question, recording, clock)
        case "file":
            return await _from_file(manifest, question, recording, clock)
        case kind if kind in DIALECTS:
            return await _over_http(manifest, question, recording, clock)
        case _:
            return await _from_plugin(manifest, question, recording, clock)


async def replay_several(
    manifest: Manifest, questions: tuple[Question, ...], answer: HttpAnswer, clock: WallClock
) -> tuple[Reply, ...]:
    """What the source would reply to each of `questions` if its system answered all of them so."""
    if manifest.kind == "sql":
        from adapters.sql.operation import SqlOperation, answered_by

        operation = SqlOperation.of(manifest, _operation(manifest, questions[0]), typed_dates=False)
        details: dict[str, list[Any]] = {name: [] for name in operation.details}
        rows, today = _rows(answer.body), clock().date()
        said = answered_by(operation, questions[0], rows, details, today)
        return told_apart(questions, said, manifest.limits.max_records)
    egress = Egress.of([manifest.source.base_url or ""])
    wire = Wire(RecordedAnswers(answer, {}), FixedLogin({}), egress)
    source = source_over(manifest, DIALECTS[manifest.kind], wire, clock)
    return await HttpSeveral(source).ask_many(questions)


async def _over_http(
    manifest: Manifest, question: Question, recording: Recording, clock: WallClock
) -> Reply:
    operation = _operation(manifest, question)
    shapes = {
        path_shape(operation.detail[name].path or ""): answers
        for name, answers in recording.details.items()
        if name in operation.detail
    }
    egress = Egress.of([manifest.source.base_url or ""])
    answers = RecordedAnswers(recording.main, shapes, recording.pages)
    wire = Wire(answers, FixedLogin({}), egress)
    return await source_over(manifest, DIALECTS[manifest.kind], wire, clock).ask(question)


async def _from_file(
    manifest: Manifest, question: Question, recording: Recording, clock: WallClock
) -> Reply:
    folder = RecordedFolder(_body(recording.main))
    with ThreadPoolExecutor(1) as threads:
        source = file_source.open_source(manifest, folder, threads, clock)
        return await source.ask(question)


async def _from_plugin(
    manifest: Manifest, question: Question, recording: Recording, clock: WallClock
) -> Reply:
    source = await opened_with(manifest, _body(recording.main), clock)
    try:
        return await source.ask(question)
    except Exception as bug:  # noqa: BLE001 - it comes to what it comes to in a gateway
        return Malformed("adapter", "plugin.use", place_of(bug))
    finally:
        await source.aclose()


async def opened_with(manifest: Manifest, said: bytes, clock: WallClock) -> CheckedPlugin:
    """A manifest's plugin, whose system says `said`; NotReplayable if it cannot be opened."""
    egress = Egress.of([manifest.source.base_url] if manifest.source.base_url else [])
    opening = Opening(manifest, RecordedSecrets(), egress, clock, recorded(said))
    try:
        return await open_plugin(opening, REPLAYED)
    except (PluginMissing, PluginBroken) as unusable:
        raise NotReplayable(str(unusable)) from unusable


def _from_rows(
    manifest: Manifest, question: Question, recording: Recording, clock: WallClock
) -> Reply:
    # Its library is imported for whoever needs it: it takes a third of a second.
    from adapters.sql.operation import SqlOperation, reply_of

    operation = SqlOperation.of(manifest, _operation(manifest, question), typed_dates=False)
    rows = _rows(_body(recording.main))
    details = {
        name: [row for answer in answers for row in _rows(answer.body)]
        for name, answers in recording.details.items()
    }
    every = {name: details.get(name, []) for name in operation.details}
    return reply_of(operation, question, rows, every, clock().date())


def _operation(manifest: Manifest, question: Question) -> Operation:
    return next(one for one in manifest.operation if one.name == question.operation)


def _rows(content: bytes) -> list[Any]:
    try:
        rows = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise NotReplayable("rows are a JSON list of objects") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotReplayable("rows are a JSON list of objects")
    return rows


def _body(answer: HttpAnswer | Unavailable | Malformed) -> bytes:
    if not isinstance(answer, HttpAnswer):
        raise NotReplayable("this kind has no such fault")
    return answer.body


def recorded_answer(replies: Replies, name: str, status: int, most: int) -> HttpAnswer:
    """A recorded reply by the name of its file; NotReplayable if it is absent or too long."""
    body = replies.get(name) if isinstance(replies, Mapping) else _read_beside(replies, name)
    file = Path(name)
    if body is None:
        raise NotReplayable(f"the file {file.name} is not among those that came with it")
    if len(body) > most:
        raise NotReplayable(f"the file {file.name} is longer than limits.max_body")
    return HttpAnswer(status, {"content-type": media_type(file)}, body)


def _read_beside(folder: Path, name: str) -> bytes:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise NotReplayable("a reply is a file beside the manifest or below it")
    try:
        return path.read_bytes()
    except OSError:
        raise NotReplayable(f"the file {path.name} cannot be read") from None
