"""What a process holds stays in it: it leaves no core dump, and nobody may read its memory."""

import ctypes
import os
import resource
import sys
from typing import Final

from gateway.model.errors import ConfigurationInvalid

_PR_SET_DUMPABLE: Final = 4  # prctl(2)


def forbid_dumps() -> None:
    """No core dump of this process, and no tracing of it by others of the same account.

    A core dump of a gateway would hold children, one of a key service the keys. The limit is taken
    over by every process that this one starts. ConfigurationInvalid if the system refuses.
    """
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            _be_undumpable()
    except (OSError, ValueError) as error:
        name = type(error).__name__
        raise ConfigurationInvalid(
            f"core dumps cannot be switched off here ({name}): set LimitCORE=0 for the service"
        ) from None


def _be_undumpable() -> None:
    # The limit alone does not hold where the kernel gives dumps to a program (core_pattern).
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
