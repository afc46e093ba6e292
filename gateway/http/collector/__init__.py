"""Figures and traces for an OpenTelemetry collector, over OTLP. May use metrics and traces."""
