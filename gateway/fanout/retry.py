"""When a source is asked once more: seldom, later each time, never where it might not be able to.

Whoever fails is asked more only by a share of what it is asked anyway: however many questions
there are, they cannot become a storm of repetitions.
"""

from typing import Final

from adapters.contract.contract import Fault, Reply, Unavailable
from adapters.manifest.limits import Retry

SHARE: Final = 0.1  # of the recent calls; the rest of a failing source's load stays what it was
RESERVE: Final = 5.0  # repetitions that a quiet source may have at once
FIRST_WAIT_S: Final = 0.1
_CONNECTION: Final = frozenset({Fault.CONNECTION, Fault.DROPPED})


class RetryBudget:
    """At most `share` repetitions a call, and `reserve` saved up."""

    def __init__(self, share: float = SHARE, reserve: float = RESERVE) -> None:
        self._share = share
        self._reserve = self._saved = reserve

    def called(self) -> None:
        """Save for a call that is no repetition."""
        self._saved = min(self._reserve, self._saved + self._share)

    def spend(self) -> bool:
        """Take one repetition; False if there is none."""
        if self._saved < 1.0:
            return False
        self._saved -= 1.0
        return True


def wait_before_another(retry: Retry, reply: Reply, attempt: int, jitter: float) -> float | None:
    """Seconds to wait before asking once more after the `attempt`-th; None: the reply stands.

    `jitter` from 0 to 1 keeps many questions from coming back in the same moment. A connection that
    was dropped before any answer is asked over at once, and once, whatever the manifest says: it
    was kept from an earlier question, most likely, and the agency's end had already closed it.
    """
    if not isinstance(reply, Unavailable):
        return None
    if reply.fault is Fault.DROPPED and attempt == 1:
        return 0.0
    if attempt > retry.max or not _named(retry, reply):
        return None
    wait_s = FIRST_WAIT_S * 2.0 ** (attempt - 1) * (0.5 + jitter / 2)
    if retry.honour_retry_after and reply.retry_after_s is not None:
        return max(wait_s, reply.retry_after_s)
    return wait_s


def _named(retry: Retry, reply: Unavailable) -> bool:
    if reply.status is not None:
        return reply.status in retry.on
    if reply.fault in _CONNECTION:
        return "connection" in retry.on
    return reply.fault.value in retry.on
