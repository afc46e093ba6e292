"""The invented people of the borough, their places, and what each agency holds of them."""
