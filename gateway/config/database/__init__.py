"""What SQLite and PostgreSQL stores share: connections and numbered schemas. May use config."""
