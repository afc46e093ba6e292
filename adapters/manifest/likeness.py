"""An operation that says `like = "by-number"` reads its answers as that operation does."""

from typing import Any, Final

# What an operation's answers look like; never how it is asked, nor what an empty answer proves.
INHERITED: Final = (
    "map",
    "names",
    "identifier",
    "address",
    "carer",
    "school",
    "gp_practice",
    "involvement",
    "support_status",
    "event",
    "detail",
    "records",
    "include",
    "total",
    "as_of",
    "too_many",
    "failed",
    "partial",
    "restricted_reply",
    "file",
)


def with_likes(data: object) -> object:
    """`data` of a manifest with each operation's `like` filled in; anything else as it is.

    A `like` that names no earlier operation is left for the rules to complain about.
    """
    operations = data.get("operation") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(operations, list):
        return data
    known: dict[str, dict[str, Any]] = {}
    filled: list[Any] = []
    for operation in operations:
        whole = _filled(operation, known)
        filled.append(whole)
        if isinstance(whole, dict) and isinstance(whole.get("name"), str):
            known.setdefault(whole["name"], whole)
    return {**data, "operation": filled}


def _filled(operation: Any, known: dict[str, dict[str, Any]]) -> Any:
    like = operation.get("like") if isinstance(operation, dict) else None
    model = known.get(like) if isinstance(like, str) else None
    if model is None:
        return operation
    return {**{key: model[key] for key in INHERITED if key in model}, **operation}
