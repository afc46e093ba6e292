"""Each issuer: whether its keys can be read now."""

from collections.abc import Iterable

import aiohttp

from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.identity.issuer_keys import public_keys
from gateway.identity.issuers import Issuer
from gateway.identity.sign_in import fetch_of


def part_of(issuer: Issuer) -> str:
    """What it is called here."""
    return f"issuer {issuer.issuer}"


async def look_at_issuer(
    issuer: Issuer,
    settings: Settings,
    session: aiohttp.ClientSession,
    certificates: Certificates,
) -> Iterable[Finding]:
    """Whether it gives keys that can be used; LookFailed if not."""
    file = issuer.jwks.file
    if file is not None and not file.exists() and settings.environment == "development":
        return [Finding(part_of(issuer), FindingState.OK, "its keys are made at the first start")]
    try:
        fetch = fetch_of(issuer, settings.environment, session, certificates)
        public_keys(await fetch())
    except (OSError, ValueError) as error:
        why = str(error) if type(error) is OSError else type(error).__name__
        what = f"its keys cannot be read ({why})"
        raise LookFailed(f"{what}: see whether jwks names the place of its public keys") from None
    return [Finding(part_of(issuer), FindingState.OK, "its keys can be read")]
