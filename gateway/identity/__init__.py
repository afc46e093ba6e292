"""Who asks: tokens, issuers, proofs, quotas. May use config and model."""
