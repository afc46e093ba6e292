"""What texts in an entry may be: pseudonyms, sealed texts and codes have their own shapes."""

import re
from collections.abc import Iterable
from typing import Final

from gateway.audit.errors import EntryRefused

MAX_NAME: Final = 256
QUERY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
DETAIL: Final = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
NONCE: Final = re.compile(r"[A-Za-z0-9_-]{22}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
# Anything but a lone surrogate, which has no UTF-8.
_NAME: Final = re.compile(rf"[^\ud800-\udfff]{{0,{MAX_NAME}}}", re.DOTALL)


def refuse_unshaped(shaped: Iterable[tuple[re.Pattern[str], str | None]]) -> None:
    """EntryRefused if a text does not have its shape."""
    for shape, text in shaped:
        if text is not None and not shape.fullmatch(text):
            raise EntryRefused(f"an entry's field does not have its shape, {shape.pattern}")


def refuse_unwritable(names: Iterable[str | None]) -> None:
    """EntryRefused if a name cannot be written, or is too long."""
    told = [name for name in names if name]
    if "".join(told).isascii() and max(map(len, told), default=0) <= MAX_NAME:
        return
    for name in told:
        if not _NAME.fullmatch(name):
            raise EntryRefused(f"a name in an entry is Unicode of at most {MAX_NAME} characters")
