"""The table of the settings that bounds who may be connected, and for how long."""

import resource
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from gateway.config.settings_names import SettingKey
from gateway.config.tables.table import SettingsTable

FEWEST: Final = 64  # connections that a gateway must be able to hold


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(
            "write an address such as 10.0.0.7, or a network such as 10.0.0.0/24"
        ) from None
    return text


ProxyNetwork = Annotated[str, AfterValidator(_network)]
_Number = Annotated[int, Field(ge=1, le=100_000)]
_Seconds = Annotated[float, Field(gt=0, le=600)]


class ConnectionSettings(SettingsTable):
    """How many clients may be connected, and how long each may take."""

    in_all: Annotated[int, Field(ge=FEWEST, le=50_000)] = Field(
        2048,
        description="Most connections at the same time; the limit for open files may lower it.",
    )
    per_peer: _Number = Field(
        1024, description="Most connections of one address on which nobody has signed in."
    )
    per_person: _Number = Field(
        256, description="Most connections of one person, from wherever they come."
    )
    descriptors_kept: Annotated[int, Field(ge=64, le=50_000)] = Field(
        512, description="Open files kept back from clients, for agencies and the log."
    )
    proxies: Annotated[tuple[ProxyNetwork, ...], Field(max_length=100)] = Field(
        (), description="Addresses of your own proxies: bounded in all only, and believed."
    )
    proxy_protocol: bool = Field(
        default=False,
        description="Whether each connection of `proxies` begins with a PROXY header.",
    )
    handshake: _Seconds = Field(5.0, description="Seconds for TLS, and for a PROXY header.")
    head: _Seconds = Field(5.0, description="Seconds for a request's line and headers.")
    body: _Seconds = Field(15.0, description="Seconds for a request's body.")
    send: _Seconds = Field(
        30.0, description="Seconds in which a client has to take all that was sent."
    )
    keep_alive: _Seconds = Field(
        15.0, description="Seconds for which an idle connection is kept for a next request."
    )
    drain: Annotated[float, Field(ge=0, le=600)] = Field(
        5.0, description="Seconds at a stop in which it still serves, and is not `/ready`."
    )
    stop: _Seconds = Field(
        10.0, description="Seconds after the drain for what is under way; then it is cut."
    )


def connection_faults(connections: ConnectionSettings) -> Iterator[tuple[SettingKey, str]]:
    """Bounds that cannot be reached, or not be kept on this machine."""
    for name in ("per_peer", "per_person"):
        if getattr(connections, name) > connections.in_all:
            yield ("connections", name), "is more than all together: write at most in_all"
    if connections.proxy_protocol and not connections.proxies:
        yield ("connections", "proxy_protocol"), "is read from proxies only: name them as proxies"
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard - connections.descriptors_kept < FEWEST:
        what = (
            f"leaves clients fewer than {FEWEST} of the {hard} open files that this account may"
            " have: raise LimitNOFILE of the service, or write less"
        )
        yield ("connections", "descriptors_kept"), what
