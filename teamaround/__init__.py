"""What others may import, under one name: the matcher, what a plugin needs, the testing kit."""
