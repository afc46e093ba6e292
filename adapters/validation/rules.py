"""What a manifest must keep beyond its types: expressions, code tables, addresses, secrets."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.expressions.jmespath_expression import Expression, ExpressionError
from adapters.expressions.language import Language, Parse
from adapters.files.host_key import host_key
from adapters.http.request import REQUEST_ID
from adapters.manifest.auth import MutualTlsAuth, Secret, SftpAuth
from adapters.manifest.expression_language import language_of
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Detail, Operation, PageTable
from adapters.manifest.record_map import IdentifierSection, Section, Value
from adapters.manifest.rule_fault import RuleFault
from adapters.manifest.toml_places import TomlKey
from adapters.mapping.date_format import DateFormatError, day_reader
from adapters.network.secrets import prefix_of
from adapters.validation.operation_rules import (
    HTTP,
    KINDS,
    OVER_HTTP,
    VERDICTS,
    is_path,
    operation_faults,
)
from adapters.validation.picked_marks import picked
from adapters.validation.sensitive_rules import sensitive_faults
from adapters.validation.shield_rules import shield_faults

_DECISIVE: Final = ("restricted", "sensitive")
_OUR_HEADERS = re.compile(
    r"authorization|proxy-.*|cookie|host|connection|content-.*|transfer-encoding|signature.*"
    r"|x-teamaround-.*",
    re.IGNORECASE,
)
_PLACE: Final = {"https": "host/path", "sftp": "host/folder"}
_SUCH_AS: Final = {"base_url": 'base_url = "https://host/path"', "dsn": 'dsn = { file = "dsn" }'}
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


def faults(manifest: Manifest) -> Iterator[RuleFault]:
    """Every rule that `manifest` breaks, in no order; none if it may be used."""
    if manifest.kind not in KINDS:
        yield RuleFault(("kind",), f"no such kind; write one of {', '.join(KINDS)}")
    yield from _tables(manifest, language_of(manifest), manifest, ())
    yield from _source(manifest)
    yield from shield_faults(manifest)
    yield from sensitive_faults(manifest)
    for index in range(len(manifest.operation)):
        yield from operation_faults(manifest, index)


def _tables(
    manifest: Manifest, language: Language, table: BaseModel, at: TomlKey
) -> Iterator[RuleFault]:
    # Rules of one table wherever it stands: secrets, values, sections and their expressions.
    yield from _table(manifest, language, table, at)
    for name, field in type(table).model_fields.items():
        key: TomlKey = (*at, field.alias or name)
        content = getattr(table, name)
        for inner_key, inner in _inner(content, key):
            yield from _tables(manifest, language, inner, inner_key)


def _inner(content: object, key: TomlKey) -> Iterator[tuple[TomlKey, BaseModel]]:
    if isinstance(content, BaseModel):
        yield key, content
    elif isinstance(content, tuple):
        for index, item in enumerate(content):
            yield from _inner(item, (*key, index))
    elif isinstance(content, dict):
        for name, item in content.items():
            yield from _inner(item, (*key, name))


def _table(
    manifest: Manifest, language: Language, table: BaseModel, at: TomlKey
) -> Iterator[RuleFault]:
    match table:
        case Secret():
            yield from _secret(manifest.source.id, table, at)
        case Value():
            yield from _value(manifest, language, table, at)
        case Section():
            yield from _expressions(language.items, table, at, ("each",))
            if isinstance(table, IdentifierSection) and table.scheme in (NHS_NUMBER, UPN):
                yield RuleFault(
                    (*at, "scheme"),
                    f"map {table.scheme} in [operation.map] instead, and take this out",
                )
        case Operation():
            names = ("total", "as_of", *VERDICTS)
            yield from _expressions(language.value, table, at, names)
            yield from _expressions(language.records, table, at, ("records",))
        case Detail():
            yield from _expressions(language.records, table, at, ("items",))
        case PageTable():
            yield from _expressions(Expression.parse, table, at, ("next",))
        case _:
            return


def _expressions(
    parse: Parse, table: BaseModel, at: TomlKey, names: tuple[str, ...]
) -> Iterator[RuleFault]:
    for name in names:
        text = getattr(table, name)
        if isinstance(text, str):
            yield from _expression(parse, text, (*at, name))


def _expression(parse: Parse, text: str, at: TomlKey) -> Iterator[RuleFault]:
    try:
        parse(text)
    except ExpressionError as error:
        yield RuleFault(at, str(error))


def _value(
    manifest: Manifest, language: Language, value: Value, at: TomlKey
) -> Iterator[RuleFault]:
    if value.path is not None:
        yield from _expression(language.value, value.path, at)
        if at[-1] in _DECISIVE and (what := picked(language, value.path)) is not None:
            yield RuleFault(at, what)
    if value.format is not None:
        yield from _date_format(value.format, (*at, "format"))
    if value.codes is not None:
        yield from _code_table(manifest, value.codes, at)


def _code_table(manifest: Manifest, codes: str, at: TomlKey) -> Iterator[RuleFault]:
    table = manifest.codes.get(codes)
    if table is None:
        yield RuleFault(
            (*at, "codes"), f"no table [codes.{codes}]; add it, with a line for each code"
        )
    elif at[-1] in _DECISIVE:
        where: TomlKey = ("codes", codes)
        if "*" not in table:
            yield RuleFault(
                where, f'decides "{at[-1]}", so it needs "*" for any other code: add it'
            )
        elif table["*"] is False:
            what = f'decides "{at[-1]}": write "*" = true, and a line for each code that is false'
            yield RuleFault((*where, "*"), what)
        if not all(isinstance(meaning, bool) for meaning in table.values()):
            yield RuleFault(where, f'decides "{at[-1]}", so it gives true or false only')
    elif at[-1] == "consent" and table.get("*") is True:
        what = 'decides "consent": write "*" = false, and a line for each code that is consent'
        yield RuleFault(("codes", codes, "*"), what)


def _date_format(form: str, at: TomlKey) -> Iterator[RuleFault]:
    try:
        day_reader(form)
    except DateFormatError as error:
        yield RuleFault(at, str(error))


def _secret(source: str, secret: Secret, at: TomlKey) -> Iterator[RuleFault]:
    prefix = prefix_of(source)
    if secret.env is not None and not secret.env.startswith(prefix):
        yield RuleFault(
            (*at, "env"), f"a variable of this source begins with {prefix}; name one of those"
        )
    if secret.file is not None and not _stays_inside(secret.file):
        yield RuleFault(
            (*at, "file"), "write a path inside this source's own folder of secrets, without .."
        )


def _stays_inside(path: str) -> bool:
    parts = path.split("/")
    return "\\" not in path and "\0" not in path and not {"", ".", ".."} & set(parts)


def _source(manifest: Manifest) -> Iterator[RuleFault]:
    source, kind = manifest.source, KINDS.get(manifest.kind)
    for name in kind.source if kind else ():
        if getattr(source, name) is None:
            yield RuleFault(("source",), f"kind {manifest.kind} needs {name}: add {_SUCH_AS[name]}")
    if manifest.kind == "plugin" and manifest.plugin is None:
        yield RuleFault((), 'kind plugin needs a table [plugin]: add it, with use = "..."')
    if source.base_url is not None:
        yield from _url(source.base_url, ("source", "base_url"), kind.schemes if kind else HTTP)
    if source.signature == "together" and manifest.kind not in OVER_HTTP:
        yield RuleFault(("source", "signature"), "is for kinds over HTTP: take it out")
    if source.authority is not None and source.dsn is None:
        yield RuleFault(
            ("source", "authority"), "is for a database; with scheme mtls write auth.ca"
        )
    token_url = getattr(manifest.auth, "token_url", None)
    if token_url is not None:
        yield from _url(token_url, ("auth", "token_url"), HTTP)
    header = getattr(manifest.auth, "header", None)
    if header is not None and not _HEADER_NAME.fullmatch(header):
        yield RuleFault(("auth", "header"), "write a header name, of letters, digits and hyphens")
    yield from _login(manifest)
    yield from _headers(manifest)
    if manifest.health is not None:
        yield from is_path(manifest.health.get, ("health", "get"))


def _login(manifest: Manifest) -> Iterator[RuleFault]:
    auth, address = manifest.auth, manifest.source.base_url or ""
    at: TomlKey = ("auth", "scheme")
    over_sftp = manifest.kind == "file" and address.startswith("sftp:")
    if isinstance(auth, SftpAuth):
        if not over_sftp:
            yield RuleFault(
                at,
                "scheme sftp is for files at sftp://host/folder; take [auth] out for a folder here",
            )
        try:
            host_key(auth.host_key)
        except ValueError:
            yield RuleFault(
                ("auth", "host_key"), "write the server's public key, like ssh-ed25519 AAAA..."
            )
    elif over_sftp:
        yield RuleFault(
            at,
            'files at sftp://host/folder need scheme = "sftp" with user, host_key and key',
        )
    if isinstance(auth, MutualTlsAuth) and not address.startswith("https:"):
        yield RuleFault(at, "scheme mtls needs an address that begins with https://")


def _headers(manifest: Manifest) -> Iterator[RuleFault]:
    for name, value in manifest.source.headers.items():
        if not _HEADER_NAME.fullmatch(name) or _OUR_HEADERS.fullmatch(name):
            yield RuleFault(
                ("source", "headers", name),
                "a manifest may not set this header: take it out; a login goes into [auth]",
            )
        if not (value.isascii() and value.isprintable()):
            yield RuleFault(
                ("source", "headers", name), "write plain printable text, without accents"
            )
        if {"{", "}"} & set(value.replace(REQUEST_ID, "")):
            yield RuleFault(
                ("source", "headers", name),
                f"its one placeholder is {REQUEST_ID}; take the other braces out",
            )


def _url(url: str, at: TomlKey, schemes: tuple[str, ...]) -> Iterator[RuleFault]:
    try:
        parts = urlsplit(url)
        placed = bool(parts.hostname) if parts.scheme != "file" else parts.path.startswith("/")
        usable = parts.scheme in schemes and placed and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not (url.isascii() and url.isprintable()) or " " in url:
        yield RuleFault(
            at, f"an address like {schemes[-1]}://{_PLACE[schemes[-1]]} is needed; write that"
        )
    elif parts.username is not None or parts.password is not None:
        yield RuleFault(at, "no user name or password in an address; use [auth]")
    elif "?" in url or "#" in url:
        yield RuleFault(at, "no query and no fragment in this address; use [operation.query]")
