"""Break-glass grants and stated harm, their notices and reviews."""
