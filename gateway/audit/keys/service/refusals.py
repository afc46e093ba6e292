"""What a key service says instead of an answer, and by which status: for it and for who asks it."""

from enum import Enum
from typing import Final


class KeysRefused(Enum):
    """Why the keys were not used."""

    STRANGER = "STRANGER"
    NOT_ALLOWED = "NOT_ALLOWED"
    TOO_OFTEN = "TOO_OFTEN"
    BROKEN = "BROKEN"
    NOT_SIGNING = "NOT_SIGNING"


GONE: Final = 410
ALTERED: Final = 412
WHOLE: Final = b"whole"
STATUS: Final = {
    KeysRefused.STRANGER: 401,
    KeysRefused.NOT_ALLOWED: 403,
    KeysRefused.TOO_OFTEN: 429,
    KeysRefused.BROKEN: 422,
    KeysRefused.NOT_SIGNING: 501,
}
