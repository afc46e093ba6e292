"""The processes of the demo: agencies, a gateway, a PostgreSQL, each started and ended."""
