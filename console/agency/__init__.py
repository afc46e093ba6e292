"""An agency's own sources. May use pages."""
