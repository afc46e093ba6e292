"""A manifest's text becomes a manifest, or problems at their lines. May use the kinds' rooms."""
