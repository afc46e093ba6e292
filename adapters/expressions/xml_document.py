"""An agency's XML, parsed without fetching, expanding or believing anything outside of it."""

from typing import Any, Final

from lxml import etree

from adapters.contract.contract import Malformed

DEEPEST: Final = 48  # levels of elements, as for JSON
MOST_ELEMENTS: Final = 20_000  # in one answer; the union of two paths takes the square of them


def parse_xml(written: bytes) -> Any:
    """The root element, or Malformed with the rule it broke; no entity is ever expanded."""
    if not written.strip():
        return Malformed("empty")
    try:
        root = etree.fromstring(written, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return Malformed("xml")
    document: Any = root.getroottree()
    if document.docinfo.doctype:
        # No agency's data needs a document type, and every payload bomb does.
        return Malformed("doctype")
    rule = _broken_by(root)
    return Malformed(rule) if rule else root


def _parser() -> etree.XMLParser:
    # A parser is not shared: lxml locks one while it works, and answers may come in threads.
    return etree.XMLParser(
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
