"""Who looked at my record. May use pages."""
