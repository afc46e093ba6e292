"""The log, for auditors and privacy officers. May use pages, and the gateway's log verifier."""
