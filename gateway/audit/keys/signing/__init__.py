"""The log's signer: it remembers what it signed last, and signs only what grew from there."""
