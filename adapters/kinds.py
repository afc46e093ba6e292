"""The kinds of source there are, and how each is opened from its manifest."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from adapters.contract.contract import Adapter, Probe, SeveralSource, Source
from adapters.contract.paths import COMPILED, Paths
from adapters.http.batch import HttpSeveral
from adapters.http.dialect import Dialect
from adapters.http.kinds.fhir import FHIR
from adapters.http.kinds.graphql import GRAPHQL
from adapters.http.kinds.rest import REST
from adapters.http.kinds.soap import SOAP
from adapters.http.login import open_login
from adapters.http.probe import HttpProbe
from adapters.http.request import REQUEST_ID
from adapters.http.source import HttpSource, Wire, source_over
from adapters.http.verdict import REFUSED
from adapters.manifest.manifest import Manifest
from adapters.network.client_certificate import client_context
from adapters.network.egress import Egress
from adapters.network.http_request import Transport
from adapters.network.secrets import SecretMissing, SecretTexts
from adapters.network.signature import Signer
from adapters.network.stream import connected
from adapters.plugins.opening import PluginBroken, open_plugin
from adapters.plugins.source import Open, Opening, PluginMissing

if TYPE_CHECKING:
    from adapters.http.exchange import Connections, PooledConnections


class UnknownKind(ValueError):
    """The manifest is of a kind that this gateway does not have."""


async def open_adapter(  # noqa: PLR0913  what it is opened with, each by its name
    manifest: Manifest,
    *,
    secrets: SecretTexts,
    egress: Egress,
    clock: Callable[[], datetime],
    signer: Signer | None = None,
    paths: Paths = COMPILED,
) -> Adapter:
    """Make a checked manifest's source ready; connects nowhere yet.

    `clock` gives the aware present, `signer` signs requests over HTTP, `paths` is how
    answers may be read. SecretMissing, EgressRefused or UnknownKind if it cannot be.
    """
    opens = OPENED_BY.get(manifest.kind)
    if opens is None:
        raise UnknownKind(f"source {manifest.source.id} has an unknown kind")
    source = await opens(
        Opening(manifest, secrets, egress, clock, partial(connected, egress), signer, paths)
    )
    cards = tuple(operation.card for operation in manifest.operation)
    keeps_time = isinstance(source, HttpSource)
    several = several_of(manifest, source)
    return Adapter(source, cards, _probe(manifest, source), several, keeps_time)


def _probe(manifest: Manifest, source: Source) -> Probe | None:
    if manifest.health is None or not isinstance(source, HttpSource):
        return None
    return HttpProbe(source, manifest.health.get)


def several_of(manifest: Manifest, source: Source) -> SeveralSource | None:
    """What asks this source about several children at once; None where no operation can be."""
    if all(operation.batch.as_ == "none" for operation in manifest.operation):
        return None
    match source:
        case HttpSource():
            return HttpSeveral(source)
        case SeveralSource():
            return source
        case _:
            return None


async def _open_http(dialect: Dialect, opening: Opening) -> Source:
    manifest, base_url = opening.manifest, opening.manifest.source.base_url or ""
    opening.egress.check(base_url, "source.base_url")
    token_url = getattr(manifest.auth, "token_url", None)
    if token_url is not None:
        opening.egress.check(token_url, "auth.token_url")
    transport, tokens = _transports(dialect, opening, token_url)
    try:
        login = open_login(manifest, opening.secrets, tokens, opening.clock)
    except BaseException:
        await transport.aclose()
        await tokens.aclose()
        raise
    wire = Wire(transport, login, opening.egress, opening.signer)
    return source_over(manifest, dialect, wire, opening.clock, opening.paths)


def _transports(
    dialect: Dialect, opening: Opening, token_url: str | None
) -> tuple[Transport, Transport]:
    """What carries a source's questions, and what carries its login's."""
    # What carries them is imported for whoever opens a source: it takes a quarter of a second.
    from adapters.http.exchange import LARGEST_TOKEN_REPLY, Connections, open_pool, open_session
    from adapters.network.resolver import GuardedResolver

    manifest = opening.manifest
    tls = client_context(manifest.auth, opening.secrets)
    read = any(operation.restricted_reply is not None for operation in manifest.operation)
    bodies_at = dialect.bodies_at | (REFUSED if read else frozenset())
    pool = None
    if opening.paths.compiled:
        pool = open_pool(manifest, GuardedResolver(opening.egress), tls, bodies_at)
    if pool is not None and token_url is None:
        return _own(pool, manifest), pool
    session = open_session(manifest, GuardedResolver(opening.egress), tls)
    whole = pool or Connections(session, manifest.limits.max_body, bodies_at)
    return _own(whole, manifest), Connections(session, LARGEST_TOKEN_REPLY)


def _own(transport: "PooledConnections | Connections", manifest: Manifest) -> Transport:
    """The transport; where requests have ids, one that looks whose answer has come."""
    from adapters.http.exchange import OwnAnswers

    headers = manifest.source.headers
    names = frozenset(name.lower() for name, value in headers.items() if REQUEST_ID in value)
    return OwnAnswers(transport, names, transport.distrust) if names else transport


async def _open_sql(opening: Opening) -> Source:
    # Its library is imported for whoever needs it: it takes a third of a second.
    from adapters.sql.engine import address_of, read_dsn
    from adapters.sql.source import open_source
    from adapters.sql.verified import demanded_tls

    manifest = opening.manifest
    if manifest.source.dsn is None:
        raise SecretMissing(f"source {manifest.source.id} names no dsn")
    url = read_dsn(opening.secrets.text(manifest.source.dsn))
    opening.egress.check(address_of(url), "source.dsn")
    tls = demanded_tls(url.host, opening.egress, manifest.source.authority, opening.secrets)
    return open_source(manifest, url, opening.egress, opening.clock, tls, paths=opening.paths)


async def _open_files(opening: Opening) -> Source:
    from adapters.files.login import open_folder
    from adapters.files.source import open_source

    manifest = opening.manifest
    opening.egress.check(manifest.source.base_url or "", "source.base_url")
    threads = ThreadPoolExecutor(manifest.limits.concurrency, f"files of {manifest.source.id}")
    folder = open_folder(manifest, opening.secrets, opening.egress, threads)
    return open_source(manifest, folder, threads, opening.clock, opening.paths)


async def _open_plugin(opening: Opening) -> Source:
    source = opening.manifest.source
    if source.base_url is not None:
        opening.egress.check(source.base_url, "source.base_url")
    try:
        return await open_plugin(opening)
    except (PluginMissing, PluginBroken) as unusable:
        raise UnknownKind(f"source {source.id}: {unusable}") from unusable


DIALECTS: Final[Mapping[str, Dialect]] = {
    "fhir": FHIR,
    "rest": REST,
    "oneroster": REST,
    "graphql": GRAPHQL,
    "soap": SOAP,
}
OPENED_BY: Final[Mapping[str, Open]] = {
    **{name: partial(_open_http, dialect) for name, dialect in DIALECTS.items()},
    "sql": _open_sql,
    "file": _open_files,
    "plugin": _open_plugin,
}
