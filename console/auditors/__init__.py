"""The log, for auditors and privacy officers. May use pages."""
