"""Before an agency is asked: a manifest drafted, a test child tried. May use registry."""
