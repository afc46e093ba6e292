"""The application behind its door: which clients may come in, and how long it takes to stop."""

from ipaddress import ip_network
from typing import Final

from gateway.config.certificates.contexts import ServedTls
from gateway.config.certificates.kept import KeptFiles
from gateway.config.settings import Settings
from gateway.config.settings_tables import TlsSettings
from gateway.config.tables.connections import ConnectionSettings
from gateway.http.app import build_app
from gateway.http.client_certificate import certificate_shown
from gateway.http.connections.bounds import ConnectionBounds
from gateway.http.connections.descriptors import connections_in_all
from gateway.http.connections.peers import DeclaredProxies
from gateway.http.connections.renewed import of_kept
from gateway.http.connections.server import BoundedServer
from gateway.http.pipeline import Pipeline

_THIS_MACHINE: Final = ("127.0.0.1", "::1")


def bounds_of(settings: Settings, descriptors: int) -> ConnectionBounds:
    """The bounds of a gateway that may have so many files and sockets open."""
    connections = settings.connections
    proxies = DeclaredProxies(
        tuple(ip_network(each) for each in _proxies(connections, settings.tls)),
        speak_proxy=connections.proxy_protocol,
    )
    return ConnectionBounds.of(connections, connections_in_all(connections, descriptors), proxies)


def bounded_server(
    pipeline: Pipeline,
    settings: Settings,
    bounds: ConnectionBounds,
    tls: KeptFiles[ServedTls] | None = None,
) -> BoundedServer:
    """The server of a gateway, to be given its listening socket."""
    return BoundedServer(
        build_app(pipeline, settings),
        bounds,
        tls=of_kept(tls),
        shown=certificate_shown,
        stopping=lambda: pipeline.readiness.stop(bounds.drain_s),
        proxy_headers=settings.tls.ends_at_proxy,  # else anybody could state where they are
        forwarded_allow_ips=list(_proxies(settings.connections, settings.tls)),
    )


def _proxies(connections: ConnectionSettings, tls: TlsSettings) -> tuple[str, ...]:
    """Whose words count; where a proxy ends TLS and none is named, it is on this machine."""
    return connections.proxies or (_THIS_MACHINE if tls.ends_at_proxy else ())
