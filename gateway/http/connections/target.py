"""Whom and what a request names, by a grammar without a second reading (RFC 9112, 3.2)."""

import re
from typing import Final

# A name or an address, and a port: no user, no path, no space.
_AUTHORITY: Final = re.compile(
    rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]{0,255}|\[[0-9A-Fa-fv:.]{2,64}\])(?::[0-9]{0,5})?"
)
_WHOLE: Final = re.compile(rb"https?://([^/?#]*)", re.IGNORECASE)


def names_a_host(value: bytes) -> bool:
    """Whether the value of a Host header is one."""
    return _AUTHORITY.fullmatch(value) is not None


def is_clear(target: bytes) -> bool:
    """Whether the target is a path, a whole address or `*`, and has no fragment in it."""
    if b"#" in target:
        return False
    whole = _WHOLE.match(target)
    if whole is not None:
        return bool(whole[1]) and names_a_host(whole[1])
    return target.startswith(b"/") or target == b"*"
