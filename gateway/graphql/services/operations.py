"""How a gateway stands, for operators: nothing of a child, of a secret, or of who asked."""

from datetime import datetime
from typing import Protocol

from gateway.graphql.types.declare import field, output
from gateway.graphql.types.scalars import LogIndex


@output
class ServedPlace:
    """An area of the operator's file."""

    code: str = field("Its code.")
    name: str = field("Its name.")
    agencies: int = field("How many agencies are asked there.")
    not_connected: list[str] = field("Bodies there that cannot be asked.")


@output
class WitnessStanding:
    """A witness that the settings name."""

    name: str = field("Its name.")
    signed_at: datetime | None = field("When it last signed the log; null if it never did.")
    size: LogIndex | None = field("How many entries it had then.")


@output
class LogStanding:
    """The log as this gateway sees it."""

    origin: str = field("Its name.")
    size: LogIndex = field("How many entries it has.")
    signed_at: datetime = field("When its newest state was signed.")
    epochs: int = field("How many epochs of pseudonyms it holds.")
    witnesses: list[WitnessStanding] = field("Every witness that the settings name.")


@output
class KeyStanding:
    """A key or a certificate that this gateway uses: its name, and nothing of it."""

    use: str = field("What it is for.")
    name: str = field("Its name, or the beginning of it.")
    ends_at: datetime | None = field("When the certificate ends; null for a key without an end.")


@output
class FileFault:
    """One thing to change in the operator's files, as `teamaround check` says it."""

    file: str | None = field("The file's name; null if it is in none.")
    line: int | None = field("The line; null if it is at none.")
    key: str | None = field("The key, dotted; null if there is none.")
    what: str = field("What to do; never what is written there.")


@output
class Operations:
    """The generation in force at this gateway, and whether it can answer."""

    generation: int = field("Its number.")
    gateways: int = field("How many gateways serve over this log.")
    behind: int = field("How many of them still serve an earlier generation.")
    failing: list[str] = field("Parts that keep this gateway from answering now; none if it can.")
    places: list[ServedPlace] = field("Every area that can be asked about.")
    log: LogStanding = field("The log.")
    keys: list[KeyStanding] = field("Keys and certificates in use.")
    faults: list[FileFault] | None = field(
        "What `teamaround check` says about the files as they are now; null if this gateway was not"
        " started by that command."
    )


class OperationsReading(Protocol):
    """How the gateway stands, for one caller."""

    async def read(self) -> Operations:
        """All of it; an error says why not."""
        ...
