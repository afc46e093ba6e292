"""Why a connection failed, told from the exceptions of the libraries that make connections."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from adapters.contract.contract import Cause


class NetworkNotListed(OSError):
    """A listed name leads to an address in a network that the operator did not list."""


# OpenSSL's X509_V_ERR_*: what was wrong with the certificate that the server showed.
_BY_CODE: Final = {
    9: Cause.CERTIFICATE_EXPIRED,  # not valid yet: a clock is wrong, or it is for tomorrow
    10: Cause.CERTIFICATE_EXPIRED,
    62: Cause.CERTIFICATE_OF_ANOTHER,
    64: Cause.CERTIFICATE_OF_ANOTHER,
    **dict.fromkeys((2, 18, 19, 20, 21), Cause.CERTIFICATE_UNTRUSTED),
}
_WRAPPED: Final = ("os_error", "certificate_error", "orig")
# Alerts of the server about the certificate that it was shown, or was not (RFC 8446, section 6.2).
_OUR_CERTIFICATE: Final = re.compile("CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED")
_BY_NUMBER: Final = {
    errno.ECONNREFUSED: Cause.REFUSED,
    errno.EHOSTUNREACH: Cause.UNREACHABLE,
    errno.ENETUNREACH: Cause.UNREACHABLE,
    errno.ETIMEDOUT: Cause.UNREACHABLE,
}


def cause_of(error: BaseException) -> Cause | None:
    """What stood in the way; None where the exception, and whatever led to it, does not say."""
    return next((found for one in _chain(error) if (found := _named(one)) is not None), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    # aiohttp's errors are of the classes of what they wrap, without what those say.
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        wrapped = [getattr(one, name, None) for name in _WRAPPED]
        inner = [*wrapped, *getattr(one, "exceptions", ()), one.__cause__, one.__context__]
        waiting += [each for each in reversed(inner) if isinstance(each, BaseException)]
        if not any(wrapped):
            yield one


def _named(error: BaseException) -> Cause | None:
    match error:
        case NetworkNotListed():
            return Cause.NETWORK_NOT_LISTED
        case socket.gaierror():
            return Cause.UNKNOWN_NAME
        case ssl.SSLCertVerificationError():
            return _BY_CODE.get(error.verify_code, Cause.CERTIFICATE_UNUSABLE)
        case ssl.SSLError():
            said = str(getattr(error, "reason", ""))  # none of one that is not OpenSSL's
            ours = "_ALERT_" in said and _OUR_CERTIFICATE.search(said)
            return Cause.OUR_CERTIFICATE_REFUSED if ours else Cause.NO_TLS
        case OSError():
            return _BY_NUMBER.get(error.errno or 0)
        case _:
            return None
