"""What the command `teamaround` asks of a running gateway: trusted wherever documents have to be.

A command sends one of these texts as it is here, so that a gateway of the same version knows it.
"""

from typing import Final

_CHANGED: Final = "{ source { id version state level } findings { rule passed message } }"
APPROVE: Final = (
    "mutation Approve($id: ID!, $version: Int!)"
    f" {{ changed: approveSource(id: $id, version: $version) {_CHANGED} }}"
)
SUSPEND: Final = (
    "mutation Suspend($id: ID!, $reason: String!)"
    f" {{ changed: suspendSource(id: $id, reason: $reason) {_CHANGED} }}"
)
RELOAD: Final = (
    "mutation { reloadFiles { generation newSecrets keptSecrets"
    " newCertificates keptCertificates endingCertificates } }"
)
REGISTER: Final = (
    "mutation Register($manifest: String!, $rules: String, $replies: [ExampleReply!])"
    " { changed: registerSource(manifest: $manifest, rules: $rules, replies: $replies)"
    f" {_CHANGED} }}"
)
OWN: Final = (APPROVE, SUSPEND, RELOAD, REGISTER)
