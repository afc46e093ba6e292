"""What a practitioner may ring or write to: a plain telephone number or e-mail address.

A screen makes links of these. What is anything else, `javascript:` above all, would run there.
"""

import re
from typing import Final

# As dialled: digits with what people put between them, brackets around the area's, an extension
# at the end.
TELEPHONE: Final = re.compile(
    r"\(?[+0-9][0-9 ()/.-]{1,30}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE
)
# Of RFC 5322 only what mailboxes have: no quotes, and nothing that means something in mailto:.
_PART: Final = r"[A-Za-z0-9_+'-]++"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL: Final = re.compile(rf"{_PART}(?:\.{_PART})*@(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{1,62}}")
LONGEST_EMAIL: Final = 254  # characters, RFC 5321


def is_telephone(text: str) -> bool:
    """Whether it is a telephone number and nothing else."""
    return TELEPHONE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether it is one e-mail address and nothing else: no name before it, no `mailto:`."""
    return len(text) <= LONGEST_EMAIL and EMAIL.fullmatch(text) is not None
