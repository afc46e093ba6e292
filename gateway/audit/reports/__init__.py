"""Entries as FHIR, CSV and JSON, and held against an agency's own log. May use entry."""
