"""Whether a host is this machine, so that what goes there leaves it nowhere."""

from ipaddress import ip_address


def is_here(host: str) -> bool:
    """Whether it is `localhost` or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
