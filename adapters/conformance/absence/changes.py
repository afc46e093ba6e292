"""Silence is never absence: no change of a reply that holds a child may read as that there is none.

The law: for every recorded reply with a record, no mutation of it reads as an absence that proves
anything, unless it is, as far as the manifest reads it, a recorded absence.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from lxml import etree

from adapters.conformance.absence.mutations import (
    ReplyMutation,
    mutations_of_json,
    mutations_of_table,
    mutations_of_xml,
)
from adapters.conformance.example import operation_of, recording_of
from adapters.conformance.live_checks import OneAnswer
from adapters.conformance.recorded import RecordedAnswers
from adapters.conformance.replay import (
    NotReplayable,
    Recording,
    Replies,
    question_for,
    replay,
)
from adapters.contract.contract import NoRecord, Question, Reply, WallClock
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.expressions.language import Readable
from adapters.http.login import FixedLogin
from adapters.http.operation import HttpOperation
from adapters.http.source import HttpSource, Wire, source_over
from adapters.kinds import DIALECTS
from adapters.manifest.expression_language import language_of
from adapters.manifest.manifest import Example, FileTable, Manifest
from adapters.manifest.operation import Operation
from adapters.network.egress import Egress
from adapters.network.http_request import HttpAnswer

_PROVING: Final = frozenset({NHS_NUMBER, UPN})
_TOLD: Final = 4  # changes named; of more the number
_READ_BY: Final = ("records", "total", "absent", "too_many")


async def changes_taken_for_absence(
    manifest: Manifest, replies: Replies, clock: WallClock
) -> list[str]:
    """For each example with a record, the changes of its reply that would read as absence.

    A change is named by what is done and by the manifest's own names; nothing else of a reply is.
    """
    found = []
    for index, example in enumerate(manifest.example):
        operation = operation_of(manifest, example)
        # What is asked with anything but a number proves no absence, whatever comes.
        if (
            operation is None
            or example.outcome != "record"
            or not operation.card.accepts <= _PROVING
        ):
            continue
        law = AbsenceLaw(manifest, operation, example, replies, clock)
        try:
            broken = [one async for one in law.broken()]
        except NotReplayable:
            continue
        if broken:
            more = f" and {len(broken) - _TOLD} more" if len(broken) > _TOLD else ""
            found.append(f"example[{index}].reply: {'; '.join(broken[:_TOLD])}{more}")
    return found


@dataclass(frozen=True, slots=True)
class AbsenceLaw:
    """The law for one example of a manifest."""

    manifest: Manifest
    operation: Operation
    example: Example
    replies: Replies
    clock: WallClock

    async def broken(self) -> AsyncIterator[str]:
        """Each change that reads as absence; NotReplayable where the example cannot be replayed."""
        recording = recording_of(self.manifest, self.example, self.replies)
        if not isinstance(recording.main, HttpAnswer):
            return
        question = question_for(self.operation, self.example.given)
        names, absences = self._names(), self._absences()
        for mutation in self._mutations(recording.main.body):
            answer = replace(recording.main, body=mutation.body)
            if not _proves(await self._reply(question, answer)):
                continue
            if _outline(mutation.body, names) not in absences:
                yield f"{mutation.what}: {_told(mutation.where, names)}"
        swapped = [recording.pages[-1]] if recording.pages else []
        for last in swapped:
            unlike = _outline(last.body, names) not in absences
            if unlike and _proves(await self._swapped(question, recording)):
                yield "its pages in another order"

    def _mutations(self, body: bytes) -> Iterator[ReplyMutation]:
        table = self.manifest.file or FileTable()
        match self.manifest.kind:
            case "soap":
                return mutations_of_xml(body)
            case "file" if table.format == "xml":
                return mutations_of_xml(body)
            case "file" if table.format == "csv":
                return mutations_of_table(body, table.encoding, table.delimiter)
            case kind if kind in DIALECTS:
                return mutations_of_json(body)
            case _:
                return iter(())

    async def _reply(self, question: Question, answer: HttpAnswer) -> Reply:
        if self.manifest.kind not in DIALECTS:
            return await replay(self.manifest, question, Recording(answer, {}), self.clock)
        return await replace(self._source(), transport=OneAnswer(answer)).ask(question)

    async def _swapped(self, question: Question, recording: Recording) -> Reply:
        *others, last = recording.pages
        first = recording.main
        behind = (*others, first) if isinstance(first, HttpAnswer) else tuple(others)
        return await replay(
            self.manifest, question, Recording(last, recording.details, behind), self.clock
        )

    def _source(self) -> HttpSource:
        nowhere = HttpAnswer(200, {}, b"")
        egress = Egress.of([self.manifest.source.base_url or ""])
        wire = Wire(RecordedAnswers(nowhere, {}), FixedLogin({}), egress)
        return source_over(self.manifest, DIALECTS[self.manifest.kind], wire, self.clock)

    def _absences(self) -> list[Any]:
        """The recorded absences of this operation, as far as the manifest reads them."""
        names = self._names()
        recorded = []
        for one in self.manifest.example:
            if one.operation == self.operation.name and one.outcome == "no-record":
                main = recording_of(self.manifest, one, self.replies).main
                recorded += [_outline(main.body, names)] if isinstance(main, HttpAnswer) else []
        return recorded

    def _names(self) -> frozenset[str]:
        """The names that the manifest reads a whole reply by."""
        if self.manifest.kind not in DIALECTS:
            return frozenset()
        compiled = HttpOperation.of(self.manifest, self.operation, language_of(self.manifest))
        read: list[Readable | None] = [getattr(compiled, name) for name in _READ_BY]
        fhir = _OF_A_BUNDLE if self.manifest.kind == "fhir" else frozenset[str]()
        return fhir.union(*(one.roots for one in read if one is not None), _AROUND)


_AROUND: Final = frozenset({"body", "data", "errors"})
_OF_A_BUNDLE: Final = frozenset({"resourceType", "type", "total", "entry", "issue"})


def _proves(reply: Reply) -> bool:
    return isinstance(reply, NoRecord) and reply.whole


def _told(where: str, names: frozenset[str]) -> str:
    """The place of a change, in names that the manifest itself has."""
    steps = where.replace("/", ".").split(".")
    return ".".join(s if s.partition("[")[0].rpartition(":")[2] in names else "?" for s in steps)


def _outline(body: bytes, names: frozenset[str]) -> Any:
    """What there is in a reply of the kinds of thing that the manifest reads, without values."""
    try:
        return _of_json(orjson.loads(body), names)
    except orjson.JSONDecodeError:
        pass
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return _of_element(etree.fromstring(body, parser))
    except etree.XMLSyntaxError:
        return body


def _of_json(part: Any, names: frozenset[str]) -> Any:
    match part:
        case dict():
            return {name: _of_json(one, names) for name, one in part.items() if name in names}
        case list():
            return [_of_json(one, names) for one in part]
        case bool():
            return part
        case int() | float():
            return "number"
        case _:
            return type(part).__name__


def _of_element(element: Any) -> Any:
    inside = [_of_element(one) for one in element.iterchildren(etree.Element)]
    return (element.tag, tuple(inside), bool((element.text or "").strip()))
