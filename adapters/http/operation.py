"""One HTTP operation of a manifest, compiled, and what its answers prove."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from adapters.contract.contract import (
    Failure,
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    TooMany,
    Unavailable,
)
from adapters.contract.paths import COMPILED, Paths
from adapters.expressions.language import JMESPATH, Language, Parse, Readable
from adapters.http.paging.page_style import Paging
from adapters.http.request import entries, url_for, with_query
from adapters.http.soap_envelope import Envelope
from adapters.http.templates.address import AddressTemplate
from adapters.http.verdict import Answer, cached_at
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Detail, Operation
from adapters.manifest.placeholder import as_value
from adapters.mapping.beside.quiet import quiet_keys
from adapters.mapping.mapping import RecordMapping
from adapters.mapping.moment import read_moment

_OK = 200
# Where an answer's body may say that there is no such child. Any other status contradicts it: it
# came in part (206), or not yet (202). A fault of SOAP comes with 500, and is read before that.
_OF_ABSENCE = frozenset({_OK, 400, 404, 410, 422, 500})


@dataclass(frozen=True, slots=True)
class HttpDetail:
    """A further read of a record: `items` is read from its answer as `records` is."""

    path: str
    query: Mapping[str, str]
    items: Readable | None
    paging: Paging

    @classmethod
    def of(cls, detail: Detail, kind: str, language: Language) -> Self:
        """Compile one detail of a checked manifest."""
        items = _parsed(detail.items, language.records)
        return cls(detail.path or "", detail.query, items, Paging.of(detail.page, kind))

    def url(
        self, base_url: str, given: Mapping[str, str], turn: Mapping[str, str | int]
    ) -> str | None:
        """Its address under `base_url`, of the page that `turn` chooses.

        None if something that it needs is not known.
        """
        url, query = url_for(base_url, self.path, given), entries(self.query, given, as_value)
        if isinstance(url, MoreNeeded) or isinstance(query, MoreNeeded):
            return None
        return with_query(url, {**query, **turn})


@dataclass(frozen=True, slots=True)
class RestrictedReply:
    """The agency says that it holds the child, and that we may not see her record."""


@dataclass(frozen=True, slots=True)
class HttpOperation:
    """An operation with every expression compiled.

    `verdicts` are those by which the manifest itself hears what an answer says of itself, and
    `quiet` the keys of `quiet_keys` where an answer is read as JSON of no standard.
    """

    operation: Operation
    mapping: RecordMapping
    absent: Readable | None
    failed: Readable | None
    partial: Readable | None
    restricted_reply: Readable | None
    too_many: Readable | None
    records: Readable | None
    total: Readable | None
    as_of: Readable | None
    details: Mapping[str, HttpDetail]
    paging: Paging
    envelope: Envelope | None = None
    address: AddressTemplate | None = None
    verdicts: tuple[str, ...] = ()
    quiet: Mapping[str, bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        manifest: Manifest,
        operation: Operation,
        language: Language = JMESPATH,
        paths: Paths = COMPILED,
    ) -> Self:
        """Compile one operation of a checked manifest."""
        systems: Mapping[str, str] = (
            dict(manifest.identify.items()) if manifest.kind == "fhir" else {}
        )
        details = {
            name: HttpDetail.of(detail, manifest.kind, language)
            for name, detail in operation.detail.items()
        }
        records = _parsed(operation.records, language.records)
        total, as_of = (_parsed(t, language.value) for t in (operation.total, operation.as_of))
        return cls(
            operation=operation,
            mapping=RecordMapping.of(operation, manifest.codes, systems, language, paths),
            absent=_parsed(operation.absent, language.value),
            failed=_parsed(operation.failed, language.value),
            partial=_parsed(operation.partial, language.value),
            restricted_reply=_parsed(operation.restricted_reply, language.value),
            too_many=_parsed(operation.too_many, language.value),
            records=records,
            total=total,
            as_of=as_of,
            details=details,
            paging=Paging.of(operation.page, manifest.kind),
            envelope=None if operation.envelope is None else Envelope.parse(operation.envelope),
            address=AddressTemplate.of(operation, manifest.kind) if paths.compiled else None,
            verdicts=_verdicts(operation),
            quiet=_quiet(manifest, (records, total, as_of), total) if paths.compiled else {},
        )

    @property
    def beside(self) -> frozenset[str]:
        """The names under which a record has what came beside it, as `include` says."""
        return frozenset(path.partition(".")[0] for path in self.operation.include)

    def verdict(
        self, answer: Answer, now: datetime
    ) -> RestrictedReply | NoRecord | TooMany | Failure | None:
        """What the answer proves before any record is looked for; None if it may hold records.

        What shows a failure or a restriction comes before what would show an absence.
        """
        scope = answer.scope
        if self.failed is not None and self.failed.holds(scope):
            return Unavailable(Fault.SERVER_ERROR, status=answer.status)
        if self.restricted_reply is not None and self.restricted_reply.holds(scope):
            return RestrictedReply()
        if self.too_many is not None and self.too_many.holds(scope):
            return TooMany()
        if self.absent is not None and self._says_absent(answer, scope):
            return NoRecord(self.moment(answer, now))
        if answer.failure is not None:
            return answer.failure
        return None if answer.status == _OK else Malformed("status")

    def _says_absent(self, answer: Answer, scope: Any) -> bool:
        if self.absent is None or not self.absent.holds(scope):
            return False
        return answer.status in _OF_ABSENCE or "status" in self.absent.roots

    def moment(self, answer: Answer, now: datetime) -> datetime | None:
        """The moment that the agency says its data is of; None if it does not say.

        Where the manifest reads none, an answer from a cache is of when the cache got it.
        """
        if self.as_of is None:
            return cached_at(answer.headers, now)
        return read_moment(self.as_of, answer.scope)


def _verdicts(one: Operation) -> tuple[str, ...]:
    told = (one.failed, one.restricted_reply, one.too_many, one.absent, one.partial)
    return tuple(text for text in told if text is not None)


def _quiet(
    manifest: Manifest, read: Iterable[Readable | None], total: Readable | None
) -> Mapping[str, bool]:
    """The keys by which an answer is seen to say nothing beside; none where a standard says it."""
    if manifest.kind != "rest":
        return {}
    names = frozenset[str]().union(*(one.roots for one in read if one is not None))
    return quiet_keys(names, counts=total is not None)


def _parsed(text: str | None, parse: Parse) -> Readable | None:
    return None if text is None else parse(text)
