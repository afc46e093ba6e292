"""How a text looks that was read in another encoding than it is in, somewhere on its way."""

import re
from typing import Final

REPLACEMENT: Final = "\ufffd"  # what stands where bytes could not be read
# No text has these controls; bytes of Windows-1252 that are read as ISO-8859-1 become them.
MISREAD_CONTROLS: Final = frozenset(map(chr, range(0x80, 0xA0))) - {"\x85"}
# The bytes 80 to BF as Windows-1252 has them: in UTF-8 they are all but the first of a character.
_NEXT: Final = bytes(range(0x80, 0xC0)).decode("cp1252", "ignore") + REPLACEMENT
# After a capital A an apostrophe, a dash or a blank may stand by right.
_ODD: Final = re.sub("[\u2019\u2013\xa0]", "", _NEXT)
_MISREAD: Final = re.compile(
    f"[{REPLACEMENT}\x80-\x9f]|\xe2\u20ac|\xc5\xa0"
    f"|[\xc2\xc3][{_NEXT}\xad]|[\xc4\xc5][{_ODD}]"
    f"|(?:[\xd0\xd1\xd8\xd9][{_NEXT}]){{2}}"
    f"|[\xe0-\xef](?:(?!\xa0)[{_NEXT}]){{2}}"
)


def is_misread(text: str) -> bool:
    """Whether this is UTF-8 read as an encoding of one byte, or has what could not be read."""
    return not text.isascii() and _MISREAD.search(text) is not None
