"""Who is signed in: the code flow, the sealed cookie, forms that count once. May use asking."""
