"""The logger through which every event goes, imported once something is said."""

from functools import cache
from typing import Any


class _AtFirstWord:
    """structlog's logger, imported once something is said: most commands say nothing."""

    def __getattr__(self, severity: str) -> Any:
        return getattr(_logger(), severity)


@cache
def _logger() -> Any:
    import structlog  # noqa: PLC0415  # with all that it prints in colours, it takes long

    return structlog.get_logger("teamaround")


say: Any = _AtFirstWord()
