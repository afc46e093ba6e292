"""Entries as FHIR, CSV and JSON, and compared with an agency's own log. May use entry."""
