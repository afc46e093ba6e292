"""Where in a token's claims a value stands: a name, or a JMESPath, compiled once."""

from collections.abc import Callable, Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from gateway.errors import ConfigurationInvalid

Said = Mapping[str, Any]
Read = Callable[[Said], Any]


def compiled(path: str) -> Read:
    """What reads `path` of claims; ConfigurationInvalid if it is no JMESPath."""
    if path.isidentifier():
        return lambda claims: claims.get(path)
    try:
        found: Read = jmespath.compile(path).search
    except JMESPathError as error:
        name = type(error).__name__
        raise ConfigurationInvalid(f"issuers: {path!r} is no JMESPath ({name})") from None
    return found
