"""Requests put together from texts that were escaped when the manifest was loaded."""
