"""An agency fetches the keys and checks a question that a practitioner really asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from joserfc.jwk import OKPKey

from gateway.audit.errors import KeysUnreadable
from gateway.model.clock import Clock
from gateway.registry.signing_keys import OnBehalfKeys
from tests.support.adapters.received import Received
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, small_town


class Fetched(HTTPSignatureKeyResolver):
    """The published document, as an agency keeps it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._keys = {key["kid"]: key for key in document["keys"]}

    def resolve_private_key(self, key_id: str) -> Any:
        raise NotImplementedError

    def resolve_public_key(self, key_id: str) -> Any:
        return OKPKey.import_key(self._keys[key_id]).public_key


async def test_an_agency_proves_by_the_published_key_which_practitioner_asked(
    tmp_path: Path,
) -> None:
    seen: list[Received] = []

    async def note(request: web.Request) -> None:
        url = f"http://{request.headers['Host']}{request.raw_path}"
        seen.append(Received(request.method, url, dict(request.headers), b""))

    async with serving(AgencyServer(before=note).answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [source]) as town:
            assert (await town.ask()).outcomes == {"spine": "HAS_RECORD"}
            async with town.session.get(f"{town.url}/on-behalf-keys") as response:
                document = json.loads(await response.text())
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithms.ED25519, key_resolver=Fetched(document)
    )
    (result,) = verifier.verify(seen[0], expect_tag="teamaround")
    said = {str(name): value for name, value in result.covered_components.items()}
    assert said['"x-teamaround-user"'] == PRACTITIONER.user
    assert said['"x-teamaround-log-index"'].isdigit()


def test_what_is_published_signs_nothing(tmp_path: Path) -> None:
    published = json.loads(OnBehalfKeys.at(tmp_path / "keys.json").published)
    (key,) = published["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}
    assert key["kid"] == OKPKey.import_key(key).thumbprint()
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


def test_an_older_key_is_published_and_the_first_one_signs(tmp_path: Path) -> None:
    for name in ("old", "new"):
        OnBehalfKeys.at(tmp_path / name)
    old, new = (json.loads((tmp_path / name).read_bytes())["keys"] for name in ("old", "new"))
    (tmp_path / "old").write_text(json.dumps({"keys": [*new, *old]}))
    keys = OnBehalfKeys.at(tmp_path / "old")
    listed = [key["kid"] for key in json.loads(keys.published)["keys"]]
    assert keys.signer(Clock().now).key_id == listed[0] != listed[1]


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "oct"}]}'])
def test_a_file_that_holds_no_keys_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeysUnreadable, match=r"keys\.json: is not a JWKS"):
        OnBehalfKeys.at(path)


def test_a_public_key_alone_signs_nothing_and_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(OnBehalfKeys.at(tmp_path / "other.json").published)
    path.chmod(0o600)
    with pytest.raises(KeysUnreadable):
        OnBehalfKeys.at(path)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    OnBehalfKeys.at(tmp_path / "keys.json")
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(KeysUnreadable, match="others may open it"):
        OnBehalfKeys.at(tmp_path / "keys.json")
