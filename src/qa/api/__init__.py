"""HTTP: the application, what guards it, its routes, schemas and page.

Imported by commands; imports everything below.
"""
