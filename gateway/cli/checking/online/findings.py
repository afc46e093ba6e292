"""One thing that was looked at, and what came of it; no look takes longer than it may."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.model import events
from gateway.model.errors import ConfigurationInvalid


class FindingState(StrEnum):
    """How it stands: a warning keeps no gateway from serving today."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` says what was found, and what to do unless it is well; never a value or an address."""

    part: str
    state: FindingState
    what: str


class LookFailed(Exception):
    """What was looked at cannot be used; says what to do."""


LookAtPart = Callable[[], Awaitable[Iterable[Finding]]]


async def found_by(part: str, look: LookAtPart, within_s: float) -> tuple[Finding, ...]:
    """What a look finds of `part`, or why it found nothing within so many seconds."""
    try:
        async with asyncio.timeout(within_s):
            return tuple(await look())
    except TimeoutError:
        what = f"no answer within {within_s:g} s: see whether it runs, and what is between"
    except (LookFailed, ConfigurationInvalid) as error:
        what = str(error)
    except Exception as bug:  # noqa: BLE001  whatever it was, its text stays inside
        events.failed(bug)
        what = f"could not be looked at ({type(bug).__name__}): report this"
    return (Finding(part, FindingState.WRONG, what),)
