"""The tables of the settings file, each for the rooms that need it and for no other."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from gateway.config.issuer_binding import IssuerBindings
from gateway.config.tables.table import HeaderName, Host, Origin, PublicUrl, RoleName, SettingsTable

DEFAULT_ISSUER: Final = "https://teamaround.example"
_Limit = Annotated[int, Field(ge=1, le=1_000_000)]


class ServerSettings(SettingsTable):
    """Where the gateway listens, and how clients know it."""

    host: Host = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8600, description="Port to listen on; 0 takes a free one."
    )
    public_url: PublicUrl = Field(
        "",
        description="Address of `/graphql` as clients know it and as DPoP proofs name it.",
    )
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Processes that serve on this machine; each is a gateway of its own."
    )
    compression: bool = Field(
        default=True,
        description="Whether answers are compressed for clients that can read that.",
    )


class FileSettings(SettingsTable):
    """Where the operator's files are, and where the gateway writes its own."""

    state: Path = Field(
        Path("state"), description="Folder of the audit log and of development keys."
    )
    manifests: Path = Field(
        Path("manifests"),
        description="Folder of agencies' manifests, one `*.toml` for each source.",
    )
    secrets: Path = Field(
        Path("secrets"),
        description="Folder of secrets, one folder for each source, named by its id.",
    )
    operator: Path = Field(
        Path("operator.toml"), description="The operator's file: areas, grants, shield team."
    )
    documents: Path | None = Field(
        None,
        description="Folder of manifests of trusted documents, one `*.json` for each client.",
    )


class LogSettings(SettingsTable):
    """Where the log is kept."""

    dsn: str = Field(
        "", description="PostgreSQL of the audit log; without one it is a file below `state`."
    )
    tunnelled: bool = Field(
        default=False,
        description="Whether a tunnel of your own protects the way to `dsn`, so that it needs no"
        " TLS.",
    )
    sign_every: Annotated[float, Field(gt=0, le=60)] = Field(
        1.0, description="Seconds between two looks whether the log grew from what was signed."
    )
    sign_unmarked: bool = Field(
        default=False,
        description="Whether entries without a gateway's mark are signed too: only while gateways"
        " of the release before write to the log.",
    )


class KeySettings(SettingsTable):
    """Where the keys of pseudonyms and sealed texts are."""

    service: str = Field(
        "",
        description="Where the epochs' keys are: `unix:` and a socket, or `https://host:port`;"
        " several with commas, the one where epochs begin first.",
    )
    credential: Path | None = Field(
        None, description="File of the gateway's credential at the key service."
    )
    authority: Path | None = Field(
        None, description="Authority of the key service's certificate; left out, the system's."
    )

    @property
    def services(self) -> tuple[str, ...]:
        """Each key service, in order."""
        return tuple(each.strip() for each in self.service.split(",") if each.strip())


class WitnessSettings(SettingsTable):
    """Who signs that the log only grew, and how long the gateway serves without them."""

    trusted: tuple[str, ...] = Field(
        (), description="The log's witnesses, each its URL, a space and its verifier key."
    )
    quorum: Annotated[int, Field(ge=0, le=100)] = Field(
        0, description="How many witnesses must have signed recently for the gateway to serve."
    )
    policy: Path | None = Field(
        None,
        description="File of the form C2SP tlog-policy, in the place of `trusted` and `quorum`.",
    )
    none_decided_by: str = Field(
        "", description="Who decided that production runs without a quorum, by name and office."
    )
    none_because: str = Field("", description="Why, in their words; goes with `none_decided_by`.")
    every: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="Seconds between two requests for the witnesses' signatures."
    )
    alarm_after: Annotated[float, Field(gt=0, le=604800)] = Field(
        3600.0, description="Seconds without a quorum's signatures until the alarm is raised."
    )
    stop_after: Annotated[float, Field(gt=0, le=604800)] = Field(
        14400.0, description="Seconds without a quorum's signatures until questions are refused."
    )


class TokenSettings(SettingsTable):
    """Whose tokens the gateway accepts."""

    keys: Path = Field(
        Path("token-keys.json"), description="JWKS of the public keys that callers' tokens need."
    )
    issuer: str = Field(DEFAULT_ISSUER, description="`iss` of callers' tokens.")
    audience: str = Field("teamaround", description="`aud` of callers' tokens.")
    may_assert: IssuerBindings = Field(
        (),
        description="What `issuer` may say about people, a table; production needs it without"
        " `issuers`.",
    )
    issuers: Path | None = Field(
        None, description="File of issuers, TOML; left out, only `issuer` with `keys`."
    )
    revocations: Path | None = Field(
        None,
        description="File of those who may no longer ask, one on each line; read at every"
        " question.",
    )


class TlsSettings(SettingsTable):
    """How the gateway serves TLS."""

    certificate: Path | None = Field(
        None, description="Certificate chain to serve TLS with; left out, a proxy ends it."
    )
    key: Path | None = Field(None, description="Private key of the certificate.")
    client_authorities: Path | None = Field(
        None, description="Authorities of clients' certificates, to which tokens may be bound."
    )
    ends_at_proxy: bool = Field(
        default=False,
        description="Whether your own proxy ends TLS and is the only one to reach the gateway.",
    )


class BrowserSettings(SettingsTable):
    """Which pages may ask from a browser."""

    origins: Annotated[tuple[Origin, ...], Field(max_length=100)] = Field(
        (),
        description="Origins whose pages may ask from a browser (CORS), as it sends them.",
    )
    headers: Annotated[tuple[HeaderName, ...], Field(max_length=100)] = Field(
        (),
        description="Names of further headers that these pages send with a question.",
    )


class RoleSettings(SettingsTable):
    """Names of the roles in tokens that allow more than a question."""

    bulk: RoleName = Field("bulk", description="Role that may use `children`.")
    shield_cleared: RoleName = Field(
        "shield-cleared", description="Role that sees a shielded child's locations."
    )
    registrar: RoleName = Field(
        "source-registrar", description="Role that may register the sources of its own agency."
    )
    governance: RoleName = Field(
        "information-governance",
        description="Role that may approve and suspend the sources of its own agency.",
    )
    operator: RoleName = Field(
        "operator",
        description="Role that may register and suspend any source and reload the files.",
    )


class ReplicaSettings(SettingsTable):
    """How several gateways over one log keep in step."""

    lease: Annotated[float, Field(ge=1, le=600)] = Field(
        10.0,
        description="Seconds for which a gateway serves its generation without looking again.",
    )
    look_every: Annotated[float, Field(gt=0, le=60)] = Field(
        0.5, description="Seconds between two looks for a newer generation."
    )
    valkey: str = Field(
        "", description="Valkey in which replicas count together; without one each counts alone."
    )
    tunnelled: bool = Field(
        default=False,
        description="Whether a tunnel of your own protects the way to `valkey`, so that it needs"
        " no TLS.",
    )
    count_alone_for: Annotated[float, Field(ge=0, le=3600)] = Field(
        0.0,
        description="Seconds for which a gateway counts by itself while `valkey` is away; 0"
        " refuses.",
    )


class QuestionSettings(SettingsTable):
    """How long and how large a question may be."""

    deadline: Annotated[float, Field(gt=0, le=60)] = Field(
        4.0,
        description="Seconds until every agency has one outcome, and for the log to be written.",
    )
    under_way: Annotated[int, Field(ge=1, le=10_000)] = Field(
        200, description="Questions served at the same time; more are answered 503 BUSY."
    )
    children_at_once: Annotated[int, Field(ge=1, le=100)] = Field(
        20, description="Most children in one `children` question."
    )
    max_records: Annotated[int, Field(ge=1, le=100_000)] = Field(
        2000, description="Most records that one request may expect: children times agencies."
    )
    max_calls: Annotated[int, Field(ge=1, le=100_000)] = Field(
        4000, description="Most calls that one request may need: its records times forms of a name."
    )
    max_body: Annotated[int, Field(ge=1024, le=1024 * 1024)] = Field(
        64 * 1024, description="Longest request body."
    )


class LimitSettings(SettingsTable):
    """How much people may ask."""

    questions_per_minute: _Limit = Field(
        60, description="Most questions of one user in a minute; one about a child counts one."
    )
    questions_per_minute_organisation: _Limit = Field(
        1200, description="Most questions of one organisation in a minute."
    )
    requests_per_minute: _Limit = Field(
        600,
        description="Most that one user's requests may cost a gateway in a minute: each 1, 10 more"
        " if its document was not read before, 5 more if it searches the log.",
    )
    mistyped_per_minute: _Limit = Field(
        120, description="Most requests of one user in a minute in which an input is wrong."
    )
    children_per_hour: _Limit = Field(
        60, description="Most different children that one user may ask about in an hour."
    )
    children_per_hour_organisation: _Limit = Field(
        3000, description="Most different children that one organisation may ask about in an hour."
    )
    unfound_per_hour: _Limit = Field(
        30, description="Most questions of one user in an hour that find nobody."
    )
    out_of_area_per_day: _Limit = Field(
        5, description="Most questions of one user in a day about one child outside their areas."
    )
    break_glass_per_hour: _Limit = Field(
        10, description="Most times in an hour that one user may ask for break-glass."
    )
    looks_per_hour: _Limit = Field(
        60, description="Most times in an hour that one family's user may ask who looked."
    )


class AlertSettings(SettingsTable):
    """What auditors learn in addition to the log."""

    staff_children: Path | None = Field(
        None,
        description="File of pseudonyms of staff's children; a question about one is flagged.",
    )
