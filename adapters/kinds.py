"""The kinds of source there are, and how each is opened from its manifest."""

from collections.abc import Callable
from datetime import datetime

from adapters.contract import Adapter, Source
from adapters.egress import Egress
from adapters.fhir import FHIR
from adapters.http_exchange import open_session
from adapters.http_operation import HttpOperation
from adapters.http_source import Dialect, HttpSource
from adapters.login import open_login
from adapters.manifest import Manifest
from adapters.rest import REST
from adapters.secrets import SecretMissing, Secrets
from adapters.sql import open_source
from adapters.sql_engine import address_of, read_dsn


class UnknownKind(ValueError):
    """The manifest is of a kind that this gateway does not have."""


async def open_adapter(
    manifest: Manifest, *, secrets: Secrets, egress: Egress, clock: Callable[[], datetime]
) -> Adapter:
    """Make a checked manifest's source ready; connects nowhere yet.

    `clock` gives the aware present. SecretMissing, EgressRefused or UnknownKind if it cannot be.
    """
    source = await _open(manifest, secrets, egress, clock)
    return Adapter(source, tuple(operation.card for operation in manifest.operation))


async def _open(
    manifest: Manifest, secrets: Secrets, egress: Egress, clock: Callable[[], datetime]
) -> Source:
    match manifest.kind:
        case "fhir":
            return await _open_http(manifest, secrets, egress, clock, FHIR)
        case "rest":
            return await _open_http(manifest, secrets, egress, clock, REST)
        case "sql":
            return _open_sql(manifest, secrets, egress, clock)
        case _:
            raise UnknownKind(f"source {manifest.source.id} is of no known kind")


def _open_sql(
    manifest: Manifest, secrets: Secrets, egress: Egress, clock: Callable[[], datetime]
) -> Source:
    if manifest.source.dsn is None:
        raise SecretMissing(f"source {manifest.source.id} names no dsn")
    url = read_dsn(secrets.text(manifest.source.dsn))
    egress.check(address_of(url), "source.dsn")
    return open_source(manifest, url, clock)


async def _open_http(
    manifest: Manifest,
    secrets: Secrets,
    egress: Egress,
    clock: Callable[[], datetime],
    dialect: Dialect,
) -> Source:
    base_url = manifest.source.base_url or ""
    egress.check(base_url, "source.base_url")
    token_url = getattr(manifest.auth, "token_url", None)
    if token_url is not None:
        egress.check(token_url, "auth.token_url")
    operations = {one.name: HttpOperation.of(manifest, one) for one in manifest.operation}
    session = open_session(manifest)
    try:
        login = open_login(manifest, secrets, session, clock)
    except BaseException:
        await session.close()
        raise
    return HttpSource(
        session=session,
        login=login,
        base_url=base_url,
        headers=manifest.source.headers,
        limits=manifest.limits,
        operations=operations,
        dialect=dialect,
        clock=clock,
    )
