"""Hosts and ports as an address lists them."""

from ipaddress import ip_address

from adapters.network.egress import HostPort


def listed(places: str, default_port: int) -> tuple[HostPort, ...]:
    """Each of `host:port,host,[address]:port`; ValueError if one is none."""
    return tuple(_host_port(place, default_port) for place in places.split(","))


def is_here(host: str) -> bool:
    """Whether it is this machine, by its address or by name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_port(place: str, default_port: int) -> HostPort:
    if place.startswith("["):
        host, closed, after = place[1:].partition("]")
        colon, port = after[:1], after[1:]
        if not closed or colon not in {"", ":"}:
            raise ValueError("an address in brackets is not closed")
    else:
        host, colon, port = place.partition(":")
    number = int(port) if colon else default_port
    if not host or not 0 < number < 1 << 16:
        raise ValueError("names no host, or a port that is none")
    return host, number
