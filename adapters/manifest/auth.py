"""How the gateway logs in at a source, as its manifest says; a secret never by its value."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from adapters.manifest.table import ShortText, Table


class Secret(Table):
    """A secret by reference; never by value."""

    env: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    file: ShortText | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError('a secret is { env = "..." } or { file = "..." }')
        return self


class NoAuth(Table):
    """The source asks for no login."""

    scheme: Literal["none"] = "none"


class ApiKeyAuth(Table):
    """A key in a header."""

    scheme: Literal["api_key"]
    header: ShortText = "X-API-Key"
    key: Secret


class BasicAuth(Table):
    """User name and password, RFC 7617."""

    scheme: Literal["basic"]
    user: Secret
    password: Secret


class BearerAuth(Table):
    """A fixed bearer token, RFC 6750."""

    scheme: Literal["bearer"]
    token: Secret


class ClientCredentialsAuth(Table):
    """OAuth 2 client credentials, RFC 6749 section 4.4."""

    scheme: Literal["client_credentials"]
    token_url: ShortText
    client_id: Secret
    client_secret: Secret
    scope: ShortText | None = None


class PrivateKeyJwtAuth(Table):
    """OAuth 2 client credentials with a signed assertion, RFC 7523."""

    scheme: Literal["private_key_jwt"]
    token_url: ShortText
    client_id: Secret
    key: Secret
    kid: ShortText | None = None
    alg: Literal["RS512", "RS384", "RS256", "ES256", "EdDSA"] = "RS512"


class MutualTlsAuth(Table):
    """A client certificate in the TLS handshake; `ca` is the agency's own authority, if any."""

    scheme: Literal["mtls"]
    certificate: Secret
    key: Secret
    ca: Secret | None = None


class SftpAuth(Table):
    """SSH: a user with a key or a password, and the server's public key, which is pinned."""

    scheme: Literal["sftp"]
    user: Secret
    key: Secret | None = None
    password: Secret | None = None
    host_key: ShortText

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if (self.key is None) == (self.password is None):
            raise ValueError("it needs a key or a password, one of the two")
        return self


Auth = Annotated[
    NoAuth
    | ApiKeyAuth
    | BasicAuth
    | BearerAuth
    | ClientCredentialsAuth
    | PrivateKeyJwtAuth
    | MutualTlsAuth
    | SftpAuth,
    Field(discriminator="scheme"),
]
