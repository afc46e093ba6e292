"""How a limit is told: with its setting, what was counted and the most that is allowed."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.model.errors import AskDifferently, Exceeded


def _too_long(message: str, exceeded: Exceeded) -> AskDifferently:
    return AskDifferently("DOCUMENT_TOO_LONG", message, exceeded=exceeded)


def _too_deep(message: str, exceeded: Exceeded) -> AskDifferently:
    return AskDifferently("DOCUMENT_TOO_DEEP", message, exceeded=exceeded)


def _too_many_aliases(message: str, exceeded: Exceeded) -> AskDifferently:
    return AskDifferently("TOO_MANY_ALIASES", message, exceeded=exceeded)


def _too_complex(message: str, exceeded: Exceeded) -> AskDifferently:
    return AskDifferently("DOCUMENT_TOO_COMPLEX", message, exceeded=exceeded)


def _variables(message: str, exceeded: Exceeded) -> AskDifferently:
    return AskDifferently("VARIABLES_TOO_LARGE", message, exceeded=exceeded)


_Refusal = Callable[[str, Exceeded], AskDifferently]
_TOLD: Final[Mapping[str, tuple[_Refusal, str]]] = {
    "max_bytes": (_too_long, "query: a document has at most {} bytes"),
    "max_tokens": (_too_long, "query: a document has at most {} tokens"),
    "max_fields": (
        _too_long,
        "query: an operation selects at most {} fields, fragments unfolded and aliases counted",
    ),
    "max_depth": (_too_deep, "query: fields nest at most {} deep, fragments unfolded"),
    "max_nesting": (_too_deep, "query: brackets nest at most {} deep"),
    "max_aliases": (_too_many_aliases, "query: a document has at most {} aliases"),
    "max_equal_fields": (
        _too_complex,
        "query: one field is at most {} times in one place, fragments unfolded",
    ),
    "max_fragments": (_too_complex, "query: a document has at most {} fragments"),
    "max_operations": (_too_complex, "query: a document has at most {} operations"),
    "max_directives": (_too_complex, "query: one place has at most {} directives"),
    "max_variables_bytes": (_variables, "variables: they have at most {} bytes of JSON"),
    "max_variables_depth": (_variables, "variables: they nest at most {} deep"),
}


def refuse_over(name: str, found: int, most: int) -> None:
    """AskDifferently if more was found than the limit of this name in `[documents]` allows."""
    if found > most:
        refusal, message = _TOLD[name]
        raise refusal(message.format(most), Exceeded(f"documents.{name}", found, most))
