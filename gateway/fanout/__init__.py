"""Asks agencies within their limits: calls, retries, batches. May use config and model."""
