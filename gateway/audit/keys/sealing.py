"""Free text of a question, readable only with the epoch's key and beside its own query id."""

import base64
import binascii
import re
from typing import Final, NewType

from gateway.audit.errors import SealBroken, TextTooLong
from gateway.audit.keys.epoch_keys import KeyService, SealText
from gateway.audit.keys.epoch_name import EPOCH_NAME

Sealed = NewType("Sealed", str)

MAX_TEXT: Final = 8 * 1024
SEALED: Final = re.compile(rf"{EPOCH_NAME}:[A-Za-z0-9_=-]{{40,}}")


def sealable(text: str, query_id: str) -> SealText:
    """`text` for the key service, to be opened only beside `query_id`.

    TextTooLong if it has more than MAX_TEXT bytes of UTF-8. What is no character (a lone
    surrogate) becomes "?", so that such a text is kept like any other.
    """
    content = text.encode("utf-8", "replace")
    if len(content) > MAX_TEXT:
        raise TextTooLong(f"a text in the log has at most {MAX_TEXT} bytes of UTF-8")
    return SealText(content, query_id.encode())


def written(epoch: str, sealed: bytes) -> Sealed:
    """A sealed text as the log has it: "<epoch>:<base64url>"."""
    return Sealed(f"{epoch}:{base64.urlsafe_b64encode(sealed).decode()}")


async def unseal(keys: KeyService, sealed: Sealed, query_id: str) -> str:
    """The text that was sealed; SealBroken if the epoch or question is another."""
    epoch, _, content = sealed.partition(":")
    try:
        ciphertext = base64.b64decode(content, altchars=b"-_", validate=True)
    except binascii.Error:
        raise SealBroken("the text is not a sealed one") from None
    return (await keys.open(epoch, ciphertext, query_id.encode())).decode("utf-8")
