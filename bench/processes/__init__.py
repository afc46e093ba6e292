"""The processes of a measurement: the gateway, its load, and workers that do as they are told."""
