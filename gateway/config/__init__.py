"""The operator's settings and files as checked values. May use model."""
