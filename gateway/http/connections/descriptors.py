"""How many files and sockets this process may open, and how many of them clients may take."""

import resource
from typing import Final

from gateway.config.tables.connections import FEWEST, ConnectionSettings

_ENOUGH: Final = 65_536


def raise_descriptors() -> int:
    """Raise the limit as far as this account may; the limit from now on.

    It is mostly 1,024, which old programs need; a process may have as many as its hard limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _ENOUGH if soft == resource.RLIM_INFINITY else soft


def connections_in_all(settings: ConnectionSettings, descriptors: int) -> int:
    """How many connections there may be, so that agencies and the log keep theirs."""
    return max(FEWEST, min(settings.in_all, descriptors - settings.descriptors_kept))
