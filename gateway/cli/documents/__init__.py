"""Manifests of trusted documents checked and reported, and schemas compared. May use checking."""
