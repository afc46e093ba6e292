"""Certificates that are read again while the gateway serves. May use config and model."""
