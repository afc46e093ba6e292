"""The settings of the pages: one TOML file, checked whole before anything starts."""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.key import VerifierKey

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})


class PagesNotConfigured(ValueError):
    """The settings cannot be used; the message says which line and what to write."""


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return text.rstrip("/")
    raise ValueError("write https://host, or http://localhost to try it on one machine")


def _verifier_key(text: str) -> str:
    try:
        VerifierKey.read(text)
    except Unreadable as error:
        raise ValueError(str(error)) from None
    return text


KeyText = Annotated[str, AfterValidator(_verifier_key)]
PageAddress = Annotated[str, AfterValidator(_address)]


class PagesTable(BaseModel):
    """A table of the settings: frozen, and an unknown key in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProviderSettings(PagesTable):
    """The organisation's OpenID Connect provider, and this client of it.

    `client_secret` is a file; left out, the client is a public one. `resource` names the gateway
    to the provider (RFC 8707). `dpop` binds each token to this console's key (RFC 9449).
    """

    issuer: PageAddress
    client_id: str = Field(min_length=1)
    client_secret: Path | None = None
    scope: str = "openid"
    resource: str | None = None
    dpop: bool = False


class SessionTable(PagesTable):
    """How long somebody stays signed in, in seconds, and the file of the key that seals cookies."""

    key: Path
    idle: int = Field(default=900, ge=60, le=3600)
    longest: int = Field(default=8 * 3600, ge=300, le=12 * 3600)


class LogTable(PagesTable):
    """Who the pages believe about the log: its verifier key from another channel, witnesses.

    Without a `quorum` each witness named must have signed.
    """

    key: KeyText
    witnesses: tuple[KeyText, ...] = ()
    quorum: int | None = Field(default=None, ge=0)


class PagesSettings(PagesTable):
    """Everything that the pages need to know."""

    public_url: PageAddress
    gateway: PageAddress
    environment: Literal["production", "development"] = "production"
    host: str = "127.0.0.1"
    port: int = Field(default=8601, ge=0, le=65535)
    sign_in: ProviderSettings
    session: SessionTable
    log: LogTable | None = None

    @model_validator(mode="after")
    def _only_tls_in_production(self) -> Self:
        plain = [a for a in (self.public_url, self.sign_in.issuer) if not a.startswith("https:")]
        if self.environment == "production" and plain:
            raise ValueError('write https:// addresses, or environment = "development"')
        return self


def read_pages_settings(file: Path) -> PagesSettings:
    """The settings in a file; PagesNotConfigured if they cannot be used.

    Paths in it start at the file's folder.
    """
    try:
        read = PagesSettings.model_validate(tomllib.loads(file.read_text("utf-8")))
    except OSError as error:
        raise PagesNotConfigured(f"{file} cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise PagesNotConfigured(f"{file} is no TOML: {error}") from None
    except ValidationError as error:
        raise PagesNotConfigured(_problems(file, error)) from None
    return _from(read, file.resolve().parent)


def _problems(file: Path, error: ValidationError) -> str:
    lines = (
        f"{'.'.join(map(str, each['loc'])) or 'settings'}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False)
    )
    return "\n".join((f"{file} cannot be used.", *lines))


def _from(read: PagesSettings, folder: Path) -> PagesSettings:
    session = read.session.model_copy(update={"key": folder / read.session.key})
    secret = read.sign_in.client_secret
    found = {"client_secret": folder / secret} if secret else {}
    return read.model_copy(
        update={"session": session, "sign_in": read.sign_in.model_copy(update=found)}
    )
