"""An agency's XML, parsed without fetching, expanding or believing anything outside of it."""

import re
from typing import Any, Final

from lxml import etree

from adapters.contract.contract import Malformed
from adapters.expressions.text_encoding import as_utf8

DEEPEST: Final = 48  # levels of elements, as for JSON
MOST_ELEMENTS: Final = 20_000  # in one answer; the union of two paths takes the square of them

MOST_ATTRIBUTES: Final = 40_000  # with namespaces; libxml2 compares those of an element
_BESIDE_THEM: Final = 4096  # comments and CDATA, which begin as elements do
_ENCODING: Final = re.compile(rb"""\s*<\?xml[^>]{0,80}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")
TEXT: Final = "#text"  # no name that an element can have


def parse_xml(written: bytes, charset: str | None = None) -> Any:
    """The root element, or Malformed with the rule it broke; no entity is ever expanded.

    `charset` is what the bytes are declared as from without, which counts before what they say.
    """
    if not written.strip():
        return Malformed("empty")
    declared = _declared(written) if charset is None else charset
    text = as_utf8(written, declared)
    if isinstance(text, Malformed):
        return text
    if _too_many(text):
        return Malformed("too_large")
    try:
        root = etree.fromstring(text, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return Malformed("xml")
    document: Any = root.getroottree()
    if document.docinfo.doctype:
        # No agency's data needs a document type, and every payload bomb does.
        return Malformed("doctype")
    rule = _broken_by(root)
    return Malformed(rule) if rule else root


def _too_many(text: bytes) -> bool:
    attributes = text.count(b'="') + text.count(b"='")
    elements = text.count(b"<") - text.count(b"</")
    return elements > MOST_ELEMENTS + _BESIDE_THEM or attributes > MOST_ATTRIBUTES


def _declared(written: bytes) -> str | None:
    found = _ENCODING.match(written)
    return None if found is None else found.group(1).decode()


def _parser() -> etree.XMLParser:
    # A parser is not shared: lxml locks one while it works, and answers may come in threads.
    return etree.XMLParser(
        encoding="utf-8",  # whatever the text says of itself, it was decoded by
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _broken_by(root: Any) -> str | None:
    level, count = [root], 1
    for _ in range(DEEPEST):
        level = [child for parent in level for child in parent]
        count += len(level)
        if count > MOST_ELEMENTS:
            return "too_large"
        if not level:
            return None
    return "depth"


def is_element(value: Any) -> bool:
    """Whether this is an element of a document."""
    return bool(etree.iselement(value))


def written_out(element: Any) -> bytes:
    """An element in canonical XML, without what comes behind it: the same text for equal ones."""
    return etree.tostring(element, method="c14n", with_tail=False)


def names_in(element: Any) -> frozenset[str]:
    """The names of an element's attributes and children, without their namespaces.

    TEXT is among them where it has no children, and something is written in it.
    """
    below = [one.tag for one in element.iterchildren(etree.Element)]
    names = frozenset(etree.QName(name).localname for name in (*element.attrib, *below))
    return names | {TEXT} if not below and (element.text or "").strip() else names
