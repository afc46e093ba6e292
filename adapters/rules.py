"""What a manifest must keep beyond its types: expressions, code tables, URLs, SQL, secrets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel

from adapters.expression import Expression, ExpressionError
from adapters.identifiers import AGENCY_RECORD, NHS_NUMBER, UPN
from adapters.manifest import (
    Detail,
    IdentifierSection,
    Manifest,
    Operation,
    Secret,
    Section,
    Value,
)
from adapters.places import Key

PROTOCOLS: Final[dict[str, Literal["http", "sql"]]] = {"fhir": "http", "rest": "http", "sql": "sql"}
_DECISIVE: Final = ("restricted", "sensitive")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(\?)?\}")
_BIND = re.compile(r"(?<![:\w]):([a-z_]+)")
_SQL_QUIET = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_SQL_FOREIGN = re.compile(r";|%s|%\(|\?|\{|\}|\$\d")
_SQL_WRITES = re.compile(
    r"\b(insert|update|delete|merge|truncate|drop|alter|create|grant|copy|into)\b", re.IGNORECASE
)
_SQL_READ = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_OUR_HEADERS = re.compile(
    r"authorization|proxy-.*|cookie|host|connection|content-.*|transfer-encoding|x-teamaround-.*",
    re.IGNORECASE,
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule broken at `key`; `what` says what to change."""

    key: Key
    what: str


def faults(manifest: Manifest) -> Iterator[Fault]:
    """Every rule that `manifest` breaks, in no order; none if it may be used."""
    protocol = PROTOCOLS.get(manifest.kind)
    if protocol is None:
        yield Fault(("kind",), f"no such kind; the kinds are {', '.join(PROTOCOLS)}")
    yield from _tables(manifest, manifest, ())
    yield from _source(manifest)
    for index, operation in enumerate(manifest.operation):
        at: Key = ("operation", index)
        yield from _names(manifest, index, operation)
        if protocol == "http":
            yield from _http_operation(manifest.kind, operation, at)
        elif protocol == "sql":
            yield from _sql_operation(operation, at)


def _tables(manifest: Manifest, table: BaseModel, at: Key) -> Iterator[Fault]:
    # Rules of one table wherever it stands: secrets, values, sections and their expressions.
    yield from _table(manifest, table, at)
    for name, field in type(table).model_fields.items():
        key: Key = (*at, field.alias or name)
        content = getattr(table, name)
        for inner_key, inner in _inner(content, key):
            yield from _tables(manifest, inner, inner_key)


def _inner(content: object, key: Key) -> Iterator[tuple[Key, BaseModel]]:
    if isinstance(content, BaseModel):
        yield key, content
    elif isinstance(content, tuple):
        for index, item in enumerate(content):
            yield from _inner(item, (*key, index))
    elif isinstance(content, dict):
        for name, item in content.items():
            yield from _inner(item, (*key, name))


def _table(manifest: Manifest, table: BaseModel, at: Key) -> Iterator[Fault]:
    match table:
        case Secret():
            yield from _secret(manifest.source.id, table, at)
        case Value():
            yield from _value(manifest, table, at)
        case Section():
            yield from _expressions(table, at, ("each",))
            if isinstance(table, IdentifierSection) and table.scheme in (NHS_NUMBER, UPN):
                yield Fault((*at, "scheme"), f"map {table.scheme} in [operation.map] instead")
        case Operation():
            names = ("absent", "too_many", "records", "total", "as_of")
            yield from _expressions(table, at, names)
        case Detail():
            yield from _expressions(table, at, ("items",))
        case _:
            return


def _expressions(table: BaseModel, at: Key, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        text = getattr(table, name)
        if isinstance(text, str):
            yield from _expression(text, (*at, name))


def _expression(text: str, at: Key) -> Iterator[Fault]:
    try:
        Expression.parse(text)
    except ExpressionError as error:
        yield Fault(at, str(error))


def _value(manifest: Manifest, value: Value, at: Key) -> Iterator[Fault]:
    if value.path is not None:
        yield from _expression(value.path, at)
    if value.codes is None:
        return
    table = manifest.codes.get(value.codes)
    if table is None:
        yield Fault((*at, "codes"), f"no table [codes.{value.codes}]")
    elif at[-1] in _DECISIVE:
        where: Key = ("codes", value.codes)
        if "*" not in table:
            yield Fault(where, f'decides "{at[-1]}", so it needs "*" for any other code')
        if not all(isinstance(meaning, bool) for meaning in table.values()):
            yield Fault(where, f'decides "{at[-1]}", so it gives true or false only')


def _secret(source: str, secret: Secret, at: Key) -> Iterator[Fault]:
    prefix = f"TEAMAROUND_SOURCE_{source.upper().replace('-', '_')}_"
    if secret.env is not None and not secret.env.startswith(prefix):
        yield Fault((*at, "env"), f"a variable of this source begins with {prefix}")
    if secret.file is not None and not _stays_inside(secret.file):
        yield Fault((*at, "file"), "a path inside this source's own folder of secrets, without ..")


def _stays_inside(path: str) -> bool:
    parts = path.split("/")
    return "\\" not in path and "\0" not in path and not {"", ".", ".."} & set(parts)


def _source(manifest: Manifest) -> Iterator[Fault]:
    source = manifest.source
    protocol = PROTOCOLS.get(manifest.kind)
    if protocol == "http" and source.base_url is None:
        yield Fault(("source",), f"kind {manifest.kind} needs base_url")
    if protocol == "sql" and source.dsn is None:
        yield Fault(("source",), "kind sql needs dsn")
    if source.base_url is not None:
        yield from _url(source.base_url, ("source", "base_url"))
    token_url = getattr(manifest.auth, "token_url", None)
    if token_url is not None:
        yield from _url(token_url, ("auth", "token_url"))
    header = getattr(manifest.auth, "header", None)
    if header is not None and not _HEADER_NAME.fullmatch(header):
        yield Fault(("auth", "header"), "a header name has letters, digits and hyphens")
    for name, value in source.headers.items():
        if not _HEADER_NAME.fullmatch(name) or _OUR_HEADERS.fullmatch(name):
            yield Fault(("source", "headers", name), "no header that a manifest may set")
        if not (value.isascii() and value.isprintable()):
            yield Fault(("source", "headers", name), "plain printable text only")
    if manifest.health is not None:
        yield from _path(manifest.health.get, ("health", "get"))


def _url(url: str, at: Key) -> Iterator[Fault]:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not (url.isascii() and url.isprintable()) or " " in url:
        yield Fault(at, "an address like https://host/path")
    elif parts.username is not None or parts.password is not None:
        yield Fault(at, "no user name or password in an address; use [auth]")
    elif "?" in url or "#" in url:
        yield Fault(at, "no query and no fragment in this address")


def _path(path: str, at: Key) -> Iterator[Fault]:
    bare = _PLACEHOLDER.sub("x", path)
    if not path.startswith("/") or path.startswith("//"):
        yield Fault(at, "a path begins with one /")
    if {".", ".."} & set(bare.split("/")):
        yield Fault(at, "no . or .. in a path")
    if re.search(r"[?#\\\s%]", _PLACEHOLDER.sub("", path)) or not path.isascii():
        yield Fault(at, "a path has no query, fragment, space, % or \\; use [operation.query]")
    if "{" in bare or "}" in bare:
        yield Fault(at, "a placeholder is like {nhs_number}")
    if any(optional for _, optional in _PLACEHOLDER.findall(path)):
        yield Fault(at, "an optional placeholder stands only in query or body")


def _names(manifest: Manifest, index: int, operation: Operation) -> Iterator[Fault]:
    at: Key = ("operation", index)
    if any(earlier.name == operation.name for earlier in manifest.operation[:index]):
        yield Fault((*at, "name"), "two operations have this name")
    if operation.absent is not None and not re.search(r"\bbody\b", operation.absent):
        # A status alone is what a proxy on the way may say too.
        yield Fault((*at, "absent"), "it must look at body, a status alone proves nothing")


def _http_operation(kind: str, operation: Operation, at: Key) -> Iterator[Fault]:
    if operation.sql is not None:
        yield Fault((*at, "sql"), "only kind sql has sql")
    if operation.path is None:
        yield Fault(at, f"kind {kind} needs path")
    else:
        yield from _path(operation.path, (*at, "path"))
    if kind == "rest" and operation.records is None:
        yield Fault(at, 'kind rest needs records, such as "body.pupils" or "[body]"')
    if operation.body and operation.method == "GET":
        yield Fault((*at, "body"), 'a body needs method = "POST"')
    for part in ("query", "body"):
        for name, text in getattr(operation, part).items():
            rest = _PLACEHOLDER.sub("", text)
            if "{" in rest or "}" in rest:
                yield Fault((*at, part, name), "a placeholder is like {upn} or {sex?}")
    for name, detail in operation.detail.items():
        yield from _http_detail(operation, detail, (*at, "detail", name))


def _http_detail(operation: Operation, detail: Detail, at: Key) -> Iterator[Fault]:
    if detail.sql is not None:
        yield Fault((*at, "sql"), "only kind sql has sql")
    if detail.path is None:
        yield Fault(at, "it needs path")
        return
    yield from _path(detail.path, (*at, "path"))
    known = {AGENCY_RECORD, NHS_NUMBER, UPN} | operation.card.needs
    for name, _ in _PLACEHOLDER.findall(detail.path):
        if name not in known:
            yield Fault((*at, "path"), f"{{{name}}} is not known here: {', '.join(sorted(known))}")


def _sql_operation(operation: Operation, at: Key) -> Iterator[Fault]:
    for name in ("path", "query", "body", "records", "total", "absent", "too_many"):
        if getattr(operation, name):
            yield Fault((*at, name), f"kind sql has no {name}")
    if operation.sql is None:
        yield Fault(at, "kind sql needs sql")
    else:
        yield from _statement(operation.sql, (*at, "sql"))
    for name, detail in operation.detail.items():
        here: Key = (*at, "detail", name)
        if detail.path is not None or detail.items is not None:
            yield Fault(here, "kind sql reads a detail by sql alone")
        if detail.sql is None:
            yield Fault(here, "it needs sql")
            continue
        yield from _statement(detail.sql, (*here, "sql"))
        if set(_BIND.findall(_SQL_QUIET.sub(" ", detail.sql))) != {"record_ids"}:
            yield Fault((*here, "sql"), "its one bind is :record_ids, as in: id IN :record_ids")


def _statement(sql: str, at: Key) -> Iterator[Fault]:
    bare = _SQL_QUIET.sub(" ", sql)
    if not _SQL_READ.match(bare):
        yield Fault(at, "one SELECT, or WITH and SELECT")
    if _SQL_FOREIGN.search(bare):
        yield Fault(at, "one statement without ; whose values are named binds like :nhs_number")
    if written := _SQL_WRITES.search(bare):
        yield Fault(at, f"it reads only, so no {written.group(1).upper()}")
