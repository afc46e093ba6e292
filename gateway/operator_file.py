"""The operator's file: areas, what is granted to which source, whom to ring about a shield."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from adapters.codes import Claim
from gateway.errors import ConfigurationInvalid

Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShieldTeam(_Table):
    """Whom a practitioner rings about a child whose location is kept back."""

    name: Line
    telephone: Line


class Broker(_Table):
    """Whom a practitioner rings about services whose very kind must not be told."""

    name: Line
    telephone: Line


class PrivacyOfficer(_Table):
    """Where an agency's privacy officer is told: `https://...`, or `mailto:...` by mail hook."""

    agency: Line
    place: Annotated[
        Line, StringConstraints(pattern=r"^(https://|http://127\.0\.0\.1:|mailto:).+$")
    ]


class Area(_Table):
    """A local authority's area by GSS code, and the bodies there that nobody can ask here."""

    code: Line
    name: Line
    not_connected: tuple[Line, ...] = ()


class Grant(_Table):
    """What the operator grants to one source of one agency; a claim counts only from here.

    `origins` are the only places the source may call: "https://host:port", "postgresql://...".
    """

    source: Line
    agency: Line
    claims: frozenset[Claim] = frozenset()
    origins: frozenset[Line]


class OperatorFile(_Table):
    """The whole file; `log_origin` names the log in every receipt."""

    log_origin: Line
    shield_team: ShieldTeam
    broker: Broker | None = None
    privacy_officer: tuple[PrivacyOfficer, ...] = ()
    deputies: tuple[Line, ...] = ()
    mail_hook: Line | None = None
    area: Annotated[tuple[Area, ...], Field(min_length=1)]
    grant: tuple[Grant, ...] = ()


def read_operator_file(file: Path) -> OperatorFile:
    """Read the operator's file; ConfigurationInvalid says what to change."""
    try:
        return OperatorFile.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{file}: cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationInvalid(f"{file}: not TOML: {error}") from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        lines = [f"  {'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems]
        raise ConfigurationInvalid("\n".join([f"{file}:", *lines])) from None
