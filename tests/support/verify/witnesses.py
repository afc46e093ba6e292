"""A witness of a log on loopback."""

from dataclasses import replace
from pathlib import Path

from gateway.audit.publish.publication import Publication
from gateway.audit.verify.key import VerifierKey
from gateway.audit.witness.witness import Witness
from tests.support.audit.publishing import Minutes
from tests.support.verify.witnessed import new_witness


def witness_of(publication: Publication, folder: Path, name: str, time: Minutes) -> Witness:
    """A witness of this log, whose clock is the test's."""
    log = VerifierKey.read(publication.signer.verifier_key)
    made = new_witness(folder, name, lambda: int(time().timestamp()))
    return replace(made, logs={log.name: log})
