"""HTTP: schemas, errors, routes and the page."""
