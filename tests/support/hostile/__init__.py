"""Agencies, issuers and services that mean harm, as bytes on a socket."""
