"""Figures of the gateway for Prometheus, on a listener of their own. May use the rest of http."""
