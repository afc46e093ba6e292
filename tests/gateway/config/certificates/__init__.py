"""Tests of `gateway.config.certificates`."""
