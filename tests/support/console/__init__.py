"""The web pages as people meet them: served by the demo, or over a gateway that fails on demand."""
