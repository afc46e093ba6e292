"""Base64 in the one spelling that each content has, so that no letter can differ unnoticed."""

import base64
import binascii


def decoded(text: str) -> bytes | None:
    """The content of `text`; None if it is not exactly what encoding that content gives."""
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return content if base64.b64encode(content).decode() == text else None
