"""What the operator of the pages decides, as checked values. Uses no other room."""
