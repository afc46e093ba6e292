"""What an agency hands to the gateway so that it may log in, as files of one folder."""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class Credentials:
    """The folder an agency issues: one file a secret, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def issue(self, name: str, value: str | None = None) -> str:
        """Write `value`, or a new random secret, to the file `name`; returns what was written."""
        text = secrets.token_urlsafe(24) if value is None else value
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return text

    def issue_key(self, name: str) -> bytes:
        """Write a new RSA private key as PEM; returns the public one, which the agency keeps."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self.issue(name, pem.decode())
        return key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
