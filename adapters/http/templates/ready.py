"""Requests of which all was written when the source was opened, but what changes from one to next.

That is the child's number, on whose behalf she is asked for, the moment, a nonce and a signature.
What is written is what the exact way writes of the same request; a test compares them byte by byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, Self

from adapters.contract.contract import OnBehalf
from adapters.http.request import REQUEST_ID, on_behalf_headers
from adapters.http.templates.address import MOST_CHOICES, AddressTemplate, plain_values
from adapters.network.http_request import HttpRequest, WrittenHead
from adapters.network.signature import INPUT, SIGNATURE, Signer, address_of, said_of
from adapters.network.wire.head import target_of

_METHOD: Final = "GET"
_OURS: Final = "x-teamaround-"
_SIGNED: Final = frozenset({"content-digest", INPUT.lower(), SIGNATURE.lower()})
_ENDS: Final = "\r\n\0"


class _ReadyAddress(NamedTuple):
    """An address as it is asked, as a request's first line has it, and as it is signed.

    Each has `%s` for the values of these keys.
    """

    url: str
    target: str
    signed: str
    places: tuple[str, ...]


class _Said(NamedTuple):
    """On whose behalf: as headers, as their lines, as the lines that are signed, and listed."""

    headers: Mapping[str, str]
    lines: str
    signed: str
    listed: str


@dataclass(frozen=True, slots=True)
class ReadyRequests:
    """The requests of one operation; `before` and `after` are headers around on whose behalf."""

    template: AddressTemplate
    base_url: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    signer: Signer | None
    lines: tuple[str, str]
    chosen: dict[tuple[str, ...], _ReadyAddress | None] = field(default_factory=dict, compare=False)

    @classmethod
    def of(
        cls,
        template: AddressTemplate,
        base_url: str,
        before: Mapping[str, str],
        after: Mapping[str, str],
        signer: Signer | None,
    ) -> Self | None:
        """None where a header is another one's too, has another text each time, or is signed."""
        if not _are_apart([name.lower() for name in (*before, *after)]):
            return None
        if any(_may_change(value) for value in (*before.values(), *after.values())):
            return None
        lines = _lines(before), _lines(after)
        return cls(template, base_url, before, after, signer, lines)

    def request(self, given: Mapping[str, str], one: OnBehalf) -> HttpRequest | None:
        """The request, signed; None where a value is missing, or is to be escaped."""
        keys = tuple(given)
        address = self.chosen[keys] if keys in self.chosen else self._chosen(keys)
        if address is None:
            return None
        values = plain_values(given, address.places)
        if values is None:
            return None
        said, (before, after) = _said(one), self.lines
        headers, lines = {**self.before, **said.headers, **self.after}, before + said.lines + after
        if self.signer is not None:
            signed = address.signed % values + said.signed
            covered, signature = self.signer.over(signed, said.listed)
            headers[INPUT], headers[SIGNATURE] = covered, signature
            lines = f"{lines}{INPUT}: {covered}\r\n{SIGNATURE}: {signature}\r\n"
        url = address.url % values
        head = WrittenHead(url, headers, address.target % values, tuple(headers), lines)
        return HttpRequest(url, _METHOD, headers, None, head)

    def _chosen(self, keys: tuple[str, ...]) -> _ReadyAddress | None:
        found = self._address(keys)
        if len(self.chosen) < MOST_CHOICES:
            self.chosen[keys] = found
        return found

    def _address(self, keys: tuple[str, ...]) -> _ReadyAddress | None:
        """Each text is made of the address with its places, which no value changes the parts of."""
        written = self.template.text(frozenset(keys))
        if written is None:
            return None
        text, places = written
        url = self.base_url.rstrip("/").replace("%", "%%") + text
        target = target_of(url)
        if " " in target or any(end in target for end in _ENDS):
            return None
        return _ReadyAddress(url, target, address_of(_METHOD, url), places)


@lru_cache(maxsize=64)  # of the questions that are asked now: all calls of one say the same
def _said(one: OnBehalf) -> _Said:
    headers = on_behalf_headers(one)
    return _Said(headers, _lines(headers), *said_of(headers))


def _lines(headers: Mapping[str, str]) -> str:
    return "".join([f"{name}: {value}\r\n" for name, value in headers.items()])


def _are_apart(names: list[str]) -> bool:
    said = any(name.startswith(_OURS) or name in _SIGNED for name in names)
    return not said and len({*names}) == len(names)


def _may_change(value: str) -> bool:
    return REQUEST_ID in value or any(end in value for end in _ENDS)
