"""What one operation of each kind must have, may have and must not have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.contract.codes import SHIELD_CLAIMS
from adapters.contract.identifiers import AGENCY_RECORD, CHILD_NUMBERS, NHS_NUMBER, UPN
from adapters.http.soap_envelope import Envelope, EnvelopeError
from adapters.manifest.expression_language import language_of
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Detail, Operation, PageTable
from adapters.manifest.placeholder import PLACEHOLDER, quotes_around
from adapters.manifest.rule_fault import RuleFault
from adapters.manifest.toml_places import TomlKey
from adapters.validation.batch_rules import faults_of_batch
from adapters.validation.sql_rules import count_faults, detail_faults, statement_faults
from adapters.validation.xpath_rules import absence_faults

HTTP: Final = ("http", "https")
_HTTP_DETAIL: Final = frozenset({"path", "query", "items", "page"})
VERDICTS: Final = ("failed", "restricted_reply", "partial", "too_many", "absent")
_JSON: Final = frozenset({"path", "records", "total", "page", *VERDICTS})
_REST: Final = frozenset({"method", "query", "body", "quotes"})


@dataclass(frozen=True, slots=True)
class KindRules:
    """What a kind's [source] and [[operation]] need and may have, beside what all may have."""

    source: tuple[str, ...]
    needs: tuple[str, ...]
    may: frozenset[str]
    detail: frozenset[str] = frozenset()
    schemes: tuple[str, ...] = HTTP


KINDS: Final = {
    "fhir": KindRules(("base_url",), ("path",), _JSON | {"method", "query", "body"}, _HTTP_DETAIL),
    "rest": KindRules(
        ("base_url",), ("path", "records"), _JSON | _REST | {"include"}, _HTTP_DETAIL
    ),
    "oneroster": KindRules(("base_url",), ("path", "records"), _JSON | _REST, _HTTP_DETAIL),
    "graphql": KindRules(
        ("base_url",), ("document", "records"), _JSON | {"document", "variables", "quotes"}
    ),
    "soap": KindRules(
        ("base_url",),
        ("envelope", "records"),
        frozenset({"path", "envelope", "action", "records", "total", *VERDICTS}),
    ),
    "sql": KindRules(("dsn",), ("sql",), frozenset({"sql", "unreadable"}), frozenset({"sql"})),
    "file": KindRules(
        ("base_url",),
        ("file", "by"),
        frozenset({"file", "by", "records"}),
        schemes=("file", "sftp"),
    ),
    "plugin": KindRules(
        (), ("by",), frozenset({"by", "records"}), schemes=("http", "sftp", "https")
    ),
}
OVER_HTTP: Final = frozenset({"fhir", "rest", "oneroster", "graphql", "soap"})
_OWN: Final = (
    "method",
    "path",
    "query",
    "body",
    "sql",
    "unreadable",
    "document",
    "variables",
    "envelope",
    "action",
    "quotes",
    "include",
    "file",
    "by",
    "page",
    "records",
    "total",
    *VERDICTS,
)
_PAGED_BY: Final = {
    "next": 'next = "body.next", if the answer says it',
    "param": 'param = "page", the parameter that asks for a page',
    "size": "size = 100, how many records a full page has",
}
_ALONE: Final = (
    "it must look at body, because a status alone proves nothing; add what the body says, such as"
)
_BETWEEN_QUOTES = re.compile(rf"""(['"]){PLACEHOLDER.pattern}\1""")
# What every resource of JSON:API has beside what it links to.
_RESOURCE: Final = frozenset({"type", "id", "attributes", "relationships", "links", "meta"})
_GRAPHQL_READ = re.compile(r"\s*(?:query\b|\{)")
_GRAPHQL_WRITES = re.compile(r"\b(mutation|subscription)\b")


def operation_faults(manifest: Manifest, index: int) -> Iterator[RuleFault]:
    """Every rule that one operation breaks."""
    operation, at = manifest.operation[index], ("operation", index)
    yield from _names(manifest, index, operation)
    kind = KINDS.get(manifest.kind)
    if kind is None:
        return
    said = {name for name in _OWN if _said(operation, name)}
    for name in sorted(said - kind.may):
        yield RuleFault((*at, name), f"kind {manifest.kind} has no {name}; take it out")
    if manifest.kind == "soap" and not {"absent", "total"} & said:
        yield RuleFault(at, 'kind soap needs absent or total: add absent = "//p:NotFound"')
    if manifest.kind == "soap":
        yield from absence_faults(operation, language_of(manifest), at)
    for name in kind.needs:
        if name not in said:
            yield RuleFault(at, f"kind {manifest.kind} needs {name}{_SUCH_AS.get(name, '')}")
    yield from _quoted(operation, at)
    yield from _included(operation, at)
    yield from _proving(operation, at)
    yield from _given(manifest, operation, at)
    yield from _asked(operation, at)
    if manifest.kind == "file":
        # What files are matched by is imported for manifests of files alone.
        from adapters.validation.file_rules import file_faults

        yield from file_faults(manifest, operation, at)
    yield from _page(manifest.kind, operation.page, (*at, "page"))
    if operation.batch.path is not None:
        yield from is_path(operation.batch.path, (*at, "batch", "path"))
    yield from faults_of_batch(manifest, operation, (*at, "batch"))
    for name, detail in operation.detail.items():
        yield from _detail(manifest.kind, kind, operation, detail, (*at, "detail", name))


_SUCH_AS: Final = {
    "records": ', such as "body.pupils" or "[body]"',
    "by": ', such as by = ["upn"]',
}


def _said(operation: Operation, name: str) -> bool:
    return bool(getattr(operation, name) != Operation.model_fields[name].get_default())


def _names(manifest: Manifest, index: int, operation: Operation) -> Iterator[RuleFault]:
    at: TomlKey = ("operation", index)
    if any(one.name == operation.name for one in manifest.operation[:index]):
        yield RuleFault((*at, "name"), "two operations have this name; give this one another")
    earlier = {one.name for one in manifest.operation[:index]}
    if operation.like is not None and operation.like not in earlier:
        yield RuleFault(
            (*at, "like"),
            "no operation before this one has this name; write the name of one, or move it up",
        )
    json = manifest.kind != "soap"
    for name in ("absent", "restricted_reply") if json else ():
        text = getattr(operation, name)
        if text is not None and not re.search(r"\bbody\b", text):
            # A status alone is what a proxy on the way may say too.
            yield RuleFault((*at, name), f"{_ALONE} && body.code == 'NOT_FOUND'")


def _proving(operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    # What narrows a search makes that it finds nobody prove nothing: the narrowing may be wrong.
    beside = sorted(operation.card.accepts - CHILD_NUMBERS)
    if operation.conclusive and beside:
        yield RuleFault(
            (*at, "conclusive"), f"{beside[0]} identifies nobody; ask by a number alone"
        )


def _given(manifest: Manifest, operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    # What it then said of a shielded child would tell whether the postcode was right.
    marks = any(each.map.restricted is not None for each in manifest.operation)
    if "postcode" in operation.card.needs and (marks or SHIELD_CLAIMS & manifest.source.claims):
        what = "a source that says who is restricted never gets a postcode, so this never asks"
        yield RuleFault(at, f"{what}: ask by something else")


def _asked(operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    if operation.path is not None:
        yield from is_path(operation.path, (*at, "path"))
    if operation.sql is not None:
        yield from statement_faults(operation.sql, (*at, "sql"))
    if operation.unreadable is not None:
        yield from count_faults(operation.unreadable, (*at, "unreadable"))
    if operation.document is not None:
        yield from _document(operation.document, (*at, "document"))
    if operation.envelope is not None:
        yield from _envelope(operation.envelope, (*at, "envelope"))
    if operation.body and operation.method == "GET":
        yield RuleFault((*at, "body"), 'a body needs method = "POST"')
    for part in ("query", "body", "variables"):
        for name, text in getattr(operation, part).items():
            yield from _parameter(name, text, (*at, part, name))


def _parameter(name: str, text: str, at: TomlKey) -> Iterator[RuleFault]:
    rest = PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        yield RuleFault(
            at, "a placeholder is like {upn} or {sex?}; write that, or take the braces out"
        )
    if name == "_filter" and rest != text:
        yield RuleFault(at, "a language of its own; use plain search parameters instead")


def _quoted(operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    texts = (*operation.query.values(), *operation.body.values(), *operation.variables.values())
    if operation.quotes == "doubled" and not any("'" in quotes_around(text) for text in texts):
        yield RuleFault(
            (*at, "quotes"),
            "no placeholder is between quotes, as in '{upn}'; take quotes out, or put one between"
            " quotes",
        )
    for part in ("query", "body", "variables"):
        for name, text in getattr(operation, part).items():
            if len(_BETWEEN_QUOTES.findall(text)) > sum(map(bool, quotes_around(text))):
                yield RuleFault(
                    (*at, part, name),
                    "the quotes have closed before the placeholder; one on each side, as '{upn}'",
                )


def _included(operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    taken = _RESOURCE | operation.detail.keys()
    for path in operation.include:
        name = path.partition(".")[0]
        if name in taken:
            yield RuleFault(
                (*at, "include"),
                f"a record has another {name} already; give the detail another name",
            )


def _document(document: str, at: TomlKey) -> Iterator[RuleFault]:
    if not _GRAPHQL_READ.match(document) or _GRAPHQL_WRITES.search(document):
        yield RuleFault(at, "write one query; a mutation or a subscription is never sent")


def _envelope(envelope: str, at: TomlKey) -> Iterator[RuleFault]:
    try:
        Envelope.parse(envelope)
    except EnvelopeError as error:
        yield RuleFault(at, str(error))


def _page(kind: str, page: PageTable, at: TomlKey) -> Iterator[RuleFault]:
    needs = {"cursor": ("next", "param"), "offset": ("param", "size"), "page": ("param", "size")}
    for name in needs.get(page.style, ()):
        if getattr(page, name) is None:
            yield RuleFault(at, f"style {page.style} needs {name}: add {_PAGED_BY[name]}")
    if kind == "graphql" and page.style in ("link-next", "page", "offset"):
        yield RuleFault((*at, "style"), 'kind graphql has pages by cursor: write style = "cursor"')


def _detail(
    kind_name: str, kind: KindRules, operation: Operation, detail: Detail, at: TomlKey
) -> Iterator[RuleFault]:
    if not kind.detail:
        yield RuleFault(at, f"kind {kind_name} has no details; take it out")
        return
    for name in sorted(Detail.model_fields.keys() - kind.detail):
        if getattr(detail, name) != Detail.model_fields[name].get_default():
            yield RuleFault((*at, name), f"a detail of kind {kind_name} has no {name}; take it out")
    if "sql" in kind.detail:
        yield from detail_faults(detail.sql, at)
    else:
        yield from _http_detail(operation, detail, at)


def _http_detail(operation: Operation, detail: Detail, at: TomlKey) -> Iterator[RuleFault]:
    if detail.path is None:
        yield RuleFault(at, 'it needs path: add path = "/pupils/{record_id}/..."')
        return
    yield from is_path(detail.path, (*at, "path"))
    known = {AGENCY_RECORD, NHS_NUMBER, UPN} | operation.card.needs
    texts: list[tuple[TomlKey, str]] = [(("path",), detail.path)]
    texts += [(("query", name), text) for name, text in detail.query.items()]
    for place, text in texts:
        for name, _ in PLACEHOLDER.findall(text):
            if name not in known:
                what = f"{{{name}}} is not known here; write one of {', '.join(sorted(known))}"
                yield RuleFault((*at, *place), what)
    for name, text in detail.query.items():
        yield from _parameter(name, text, (*at, "query", name))
    yield from _page("", detail.page, (*at, "page"))


def is_path(path: str, at: TomlKey) -> Iterator[RuleFault]:
    """What keeps `path` from being one under a base address."""
    bare = PLACEHOLDER.sub("x", path)
    if not path.startswith("/") or path.startswith("//"):
        yield RuleFault(at, "a path begins with one /; write /pupils/{upn}, say")
    if {".", ".."} & set(bare.split("/")):
        yield RuleFault(at, "no . or .. in a path; write it out")
    if re.search(r"[?#\\\s%]", PLACEHOLDER.sub("", path)) or not path.isascii():
        yield RuleFault(at, "a path has no query, fragment, space, % or \\; use [operation.query]")
    if "{" in bare or "}" in bare:
        yield RuleFault(
            at, "a placeholder is like {nhs_number}; write that, or take the braces out"
        )
    if any(optional for _, optional in PLACEHOLDER.findall(path)):
        yield RuleFault(at, "an optional placeholder works only in query or body; move it there")
