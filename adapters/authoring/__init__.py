"""Drafts, profiles and samples for whoever writes a manifest. May use validation."""
