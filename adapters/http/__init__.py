"""Sources over HTTP: request, login, pages, verdict. May use mapping and network."""
