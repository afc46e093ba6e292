"""Several children asked about in one request get what each of them gets alone."""
