"""How large a request's variables may be: counted before any of them is read."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.config.tables.documents import DocumentSettings
from gateway.graphql.limits.refusals import refuse_over


def refuse_large_variables(variables: Mapping[str, Any], settings: DocumentSettings) -> None:
    """AskDifferently if the variables are over a limit; they are what a JSON reader made."""
    if variables:
        refuse_over("max_variables_depth", _depth(variables), settings.max_variables_depth)
        size = len(orjson.dumps(variables))
        refuse_over("max_variables_bytes", size, settings.max_variables_bytes)


def _depth(variables: Mapping[str, Any]) -> int:
    """How deep objects and lists nest, the whole counted as one; level by level, no recursion."""
    depth = 0
    level: list[Any] = [variables]
    while level:
        depth += 1
        inner: list[Any] = []
        for each in level:
            inner += each.values() if isinstance(each, dict) else each
        level = [each for each in inner if isinstance(each, dict | list)]
    return depth
