"""The larger tables of the settings, and what every table is. May use config."""
