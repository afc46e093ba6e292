"""A card index that answers a line by a line over TCP: "FIND 999..." by "CARD 7|999...|Hill|...".

A sample of a plugin: the manifest maps the card's fields, so this file knows only the protocol.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from teamaround.plugin import (
    Fault,
    Malformed,
    NoRecord,
    Opening,
    Question,
    RecordMapping,
    Records,
    Refused,
    Reply,
    Source,
    TooMany,
    Unavailable,
    Unusable,
)

FIELDS = ("number", "nhs_number", "surname", "forename", "born", "visitor")


@dataclass(frozen=True, slots=True)
class CardIndex:
    """The card index at one address."""

    address: str
    password: str
    mappings: Mapping[str, RecordMapping]
    opening: Opening

    async def ask(self, question: Question) -> Reply:
        """One connection, one line out, one line back."""
        try:
            async with asyncio.timeout(question.timeout_s):
                line = await self._line(question.given["nhs_number"])
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)
        except (OSError, ValueError):
            return Unavailable(Fault.CONNECTION)
        return self._reply(line, question)

    async def aclose(self) -> None:
        """Nothing stays open between questions."""

    async def _line(self, number: str) -> str:
        reader, writer = await self.opening.connect(self.address)
        try:
            writer.write(f"LOGIN {self.password}\nFIND {number}\n".encode())
            return (await reader.readline()).decode("utf-8", "replace")
        finally:
            writer.close()

    def _reply(self, line: str, question: Question) -> Reply:
        if not line.endswith("\n"):
            return Malformed("truncated")
        word, _, card = line.strip().partition(" ")
        match word:
            case "CARD":
                return self._card(card, question)
            case "NONE":
                return NoRecord(self.opening.clock())
            case "MANY":
                return TooMany()
            case "LOGIN?":
                return Refused()
            case _:
                return Malformed("word")

    def _card(self, card: str, question: Question) -> Reply:
        values = card.split("|")
        if len(values) != len(FIELDS):
            return Malformed("fields")
        document = dict(zip(FIELDS, (value or None for value in values), strict=True))
        mapping = self.mappings[question.operation]
        record = mapping.record(document, question.fields, self.opening.clock().date())
        return Malformed(record.rule) if isinstance(record, Unusable) else Records((record,))


async def open_source(opening: Opening) -> Source:
    """What the entry points name; connects nowhere yet."""
    manifest = opening.manifest
    secret = getattr(manifest.auth, "token", None)
    password = opening.secrets.text(secret) if secret else ""
    mappings = {one.name: RecordMapping.of(one, manifest.codes) for one in manifest.operation}
    return CardIndex(manifest.source.base_url or "", password, mappings, opening)
