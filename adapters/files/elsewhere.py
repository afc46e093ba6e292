"""What an XML file says beside its records: of more, of trouble, or of a child at another place."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from adapters.expressions.jmespath_expression import UnreadableError
from adapters.files.match import Match
from adapters.mapping.beside.more import says_more
from adapters.mapping.beside.told import ToldBeside, called
from adapters.mapping.beside.trouble import says_trouble
from adapters.mapping.value import Reading

_DECORATION: Final = re.compile(r"[\s-]")


def says_not_all(root: Any, rows: int) -> bool:
    """Whether a file says that it has more than so many records, or that it failed."""
    beside = ToldBeside(scope=root)
    return says_more(beside, rows) is True or says_trouble(beside)


def bears(root: Any, wanted: Match) -> bool:
    """Whether the number that is asked for stands somewhere beside the records.

    `root` is what is left of the file once its records were read.
    """
    if wanted.plainly is None:
        return False  # a name may well stand there for somebody else
    number = _DECORATION.sub("", wanted.wanted[0][1])
    return any(_DECORATION.sub("", text).casefold() == number for _, text in _said(root))


def has_key(root: Any, wanted: Match) -> bool:
    """Whether something beside the records has the element that they are found by.

    It may be a child: under another name, in another namespace, or put aside as archived.
    """
    reading = wanted.wanted[0][0]
    names = frozenset(called(one) for one in reading.expression.roots) if reading.expression else ()
    return any(
        bool(name) and name in names and (element or _is_one(reading, text))
        for (name, element), text in _said(root)
    )


def _said(root: Any) -> Iterator[tuple[tuple[str, bool], str]]:
    """Each text beside the records, with its name, and whether an element has it."""
    for one in root.iter(etree.Element):
        yield from (((_name(name), False), value) for name, value in one.attrib.items())
        if not len(one) and (text := (one.text or "").strip()):
            yield (_name(one.tag), True), text


def _name(tag: str) -> str:
    return called(etree.QName(tag).localname)


def _is_one(reading: Reading, text: str) -> bool:
    try:
        return reading.meaning(text) is not None
    except UnreadableError:
        return False
