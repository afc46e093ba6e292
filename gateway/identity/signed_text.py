"""A signed text of a stranger is opened, or it is refused: none of it is a failure of ours."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import Key


class NotOpened(ValueError):
    """It was not signed by the key, or says what no JSON of another system could."""


def opened(text: str, key: Key | Callable[[Any], Key], algorithms: Sequence[str]) -> jwt.Token:
    """The header and claims of a signed text; NotOpened names the kind of fault and no more.

    Half a character, or a number of more than 64 bits, is read by each system in its own way.
    """
    try:
        token = jwt.decode(text, key, algorithms=list(algorithms))
        orjson.dumps(token.claims)
    except Exception as error:  # noqa: BLE001  the library stumbles over what strangers write
        raise NotOpened(type(error).__name__) from None
    return token
