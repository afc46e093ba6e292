"""Every setting of the gateway: from the environment (`TEAMAROUND_*`), over one TOML file."""

import stat
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.config.issuer_binding import IssuerBindings
from gateway.model.errors import ConfigurationInvalid

# Another machine's page without TLS could be anybody's by the time it is in the browser.
_ORIGIN: Final = r"^(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$"
DEFAULT_ISSUER: Final = "https://teamaround.example"
Origin = Annotated[str, StringConstraints(pattern=_ORIGIN)]
# As a DPoP proof has to name it: without query and fragment (RFC 9449, section 4.2).
_ADDRESS: Final = (
    r"^(https://[^/?#@\s]+/[^?#\s]*|http://(localhost|127\.0\.0\.1)(:[0-9]+)?/[^?#\s]*)?$"
)
_PORTS: Final = {"postgresql": 5432, "valkey": 6379, "valkeys": 6379, "https": 443}
_WITH_PASSWORDS: Final = ("log_dsn", "limits_url")
PublicUrl = Annotated[str, StringConstraints(pattern=_ADDRESS)]


class Settings(BaseSettings):
    """What an operator may set. Durations are in seconds, sizes in bytes.

    Production is the default, so that nobody runs with a development key by forgetting a setting.
    """

    model_config = SettingsConfigDict(env_prefix="TEAMAROUND_", frozen=True, extra="forbid")

    environment: Literal["development", "production"] = Field(
        "production", description="`development` allows development keys and serves GraphiQL."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8600, description="Port to listen on; 0 takes a free one."
    )
    browser_origins: Annotated[tuple[Origin, ...], Field(max_length=100)] = Field(
        (),
        description="Origins whose pages may ask from a browser (CORS), as it sends them.",
    )
    state: Path = Field(
        Path("state"), description="Folder of the audit log and of development keys."
    )
    manifests: Path = Field(
        Path("manifests"), description="Folder of agencies' manifests, one `*.toml` a source."
    )
    secrets: Path = Field(
        Path("secrets"), description="Folder of secrets, one folder a source, named by its id."
    )
    operator: Path = Field(
        Path("operator.toml"), description="The operator's file: areas, grants, shield team."
    )
    token_keys: Path = Field(
        Path("token-keys.json"), description="JWKS of the public keys that callers' tokens need."
    )
    issuer: str = Field(DEFAULT_ISSUER, description="`iss` of callers' tokens.")
    audience: str = Field("teamaround", description="`aud` of callers' tokens.")
    may_assert: IssuerBindings = Field(
        (),
        description="What `issuer` may say of people, a table; production needs it without"
        " `issuers`.",
    )
    log_dsn: str = Field(
        "", description="PostgreSQL of the audit log; without one it is a file below `state`."
    )
    key_service: str = Field(
        "",
        description="Where the epochs' keys are: `unix:` and a socket, or `https://host:port`.",
    )
    key_service_credential: Path | None = Field(
        None, description="File of the gateway's credential at the key service."
    )
    key_service_authority: Path | None = Field(
        None, description="Authority of the key service's certificate; left out, the system's."
    )
    witnesses: tuple[str, ...] = Field(
        (), description="The log's witnesses, each its URL, a space and its verifier key."
    )
    witness_quorum: Annotated[int, Field(ge=0, le=100)] = Field(
        0, description="How many witnesses must have signed lately for questions to be served."
    )
    witness_every: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="Seconds between two requests for the witnesses' signatures."
    )
    witness_alarm_after: Annotated[float, Field(gt=0, le=604800)] = Field(
        3600.0, description="Seconds without a quorum's signatures until the alarm is raised."
    )
    witness_stop_after: Annotated[float, Field(gt=0, le=604800)] = Field(
        14400.0, description="Seconds without a quorum's signatures until questions are refused."
    )
    issuers: Path | None = Field(
        None, description="File of issuers, TOML; left out, `issuer` with `token_keys` alone."
    )
    revocations: Path | None = Field(
        None, description="File of who may no longer ask, one a line; read at every question."
    )
    staff_children: Path | None = Field(
        None,
        description="File of pseudonyms of staff's children; a question about one is flagged.",
    )
    public_url: PublicUrl = Field(
        "",
        description="Address of `/graphql` as clients know it and as DPoP proofs name it.",
    )
    tls_certificate: Path | None = Field(
        None, description="Certificate chain to serve TLS with; left out, a proxy ends it."
    )
    tls_key: Path | None = Field(None, description="Private key of the certificate.")
    client_authorities: Path | None = Field(
        None, description="Authorities of clients' certificates, to which tokens may be bound."
    )
    tls_ends_at_proxy: bool = Field(
        default=False,
        description="Whether a proxy of yours ends TLS and alone can reach the gateway.",
    )
    bulk_role: str = Field("bulk", description="Role that may use `children`.")
    shield_cleared_role: str = Field(
        "shield-cleared", description="Role that sees a shielded child's locations."
    )
    registrar_role: str = Field(
        "source-registrar", description="Role that may register the sources of its own agency."
    )
    governance_role: str = Field(
        "information-governance",
        description="Role that may approve and suspend the sources of its own agency.",
    )
    operator_role: str = Field(
        "operator",
        description="Role that may register and suspend any source and reload the files.",
    )
    lease: Annotated[float, Field(ge=1, le=600)] = Field(
        10.0,
        description="Seconds for which a gateway serves what is in force without looking again.",
    )
    look_every: Annotated[float, Field(gt=0, le=60)] = Field(
        0.5, description="Seconds between two looks at whether something else is in force."
    )
    deadline: Annotated[float, Field(gt=0, le=60)] = Field(
        4.0, description="Seconds until every agency has one outcome."
    )
    questions_under_way: Annotated[int, Field(ge=1, le=10_000)] = Field(
        200, description="Questions served at once; more are answered 503 BUSY."
    )
    children_at_once: Annotated[int, Field(ge=1, le=100)] = Field(
        20, description="Most children in one `children` question."
    )
    questions_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        60, description="Most questions of one user in a minute; one about a child counts one."
    )
    questions_per_minute_organisation: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        1200, description="Most questions of one organisation in a minute."
    )
    children_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        60, description="Most different children whom one user may ask about in an hour."
    )
    children_per_hour_organisation: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        3000, description="Most different children whom one organisation may ask about in an hour."
    )
    unfound_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        30, description="Most questions of one user in an hour that find nobody."
    )
    out_of_area_per_day: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        5, description="Most questions of one user in a day about one child outside their areas."
    )
    break_glass_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        10, description="Most times in an hour that one user may ask for break-glass."
    )
    limits_url: str = Field(
        "", description="Valkey that replicas count in together; without one each counts alone."
    )
    max_body: Annotated[int, Field(ge=1024, le=1024 * 1024)] = Field(
        64 * 1024, description="Longest request body."
    )
    max_tokens: Annotated[int, Field(ge=100, le=100_000)] = Field(
        2000, description="Most tokens in a GraphQL document."
    )
    max_depth: Annotated[int, Field(ge=3, le=50)] = Field(
        12, description="Deepest nesting of fields in a document."
    )
    max_fields: Annotated[int, Field(ge=50, le=5000)] = Field(
        500, description="Most fields in an operation, fragments unfolded and aliases counted."
    )
    max_aliases: Annotated[int, Field(ge=0, le=1000)] = Field(
        30, description="Most aliases in a document."
    )
    documents_kept: Annotated[int, Field(ge=1, le=100_000)] = Field(
        1000, description="Parsed documents kept in memory."
    )

    @property
    def own_stores(self) -> frozenset[tuple[str, int]]:
        """Host and port of everything of the gateway's own that is reached over a network."""
        addresses = (self.log_dsn, self.limits_url, self.key_service)
        return frozenset(found for one in addresses if (found := _host_port(one)) is not None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (the framework's signature)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file's values; nothing else is read."""
        return env_settings, init_settings


def _host_port(address: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme.partition("+")[0])
    except ValueError:
        return None
    return None if parts.hostname is None or port is None else (parts.hostname, port)


def read_settings(file: Path | None) -> Settings:
    """The settings of `file` under the environment; ConfigurationInvalid says what to change.

    Relative paths in the file are relative to the file's folder.
    """
    try:
        table = {} if file is None else tomllib.loads(file.read_text("utf-8"))
        settings = Settings(**_rooted(table, file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{file}: cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationInvalid(f"{file}: not TOML: {error}") from None
    except ValidationError as error:
        raise ConfigurationInvalid(_explained(file, error)) from None
    if file is not None:
        _refuse_shown_password(file, table)
    return settings


def _refuse_shown_password(file: Path, table: dict[str, Any]) -> None:
    shown = [name for name in _WITH_PASSWORDS if _has_password(str(table.get(name, "")))]
    mode = stat.S_IMODE(file.stat().st_mode)
    if shown and mode & 0o077:
        raise ConfigurationInvalid(
            f"{file}: has a password in {', '.join(shown)}, and others may open it"
            f" (mode {mode:04o}); chmod 0600 {file}"
        )


def _has_password(address: str) -> bool:
    try:
        return bool(urlsplit(address).password)
    except ValueError:
        return True  # what cannot be told is taken for one


def _rooted(table: dict[str, Any], file: Path | None) -> dict[str, Any]:
    paths = {n for n, f in Settings.model_fields.items() if f.annotation in (Path, Path | None)}
    return {
        name: file.parent / value if file and name in paths and isinstance(value, str) else value
        for name, value in table.items()
    }


def _explained(file: Path | None, error: ValidationError) -> str:
    known = ", ".join(sorted(Settings.model_fields))
    lines = [f"{file or 'settings'}:"]
    for problem in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in problem["loc"])
        lines.append(f"  {name}: {problem['msg']}")
        if problem["type"] == "extra_forbidden":
            lines.append(f"    the settings are: {known}")
    return "\n".join(lines)
