"""Drafts, profiles and samples for the author of a manifest. May use validation."""
