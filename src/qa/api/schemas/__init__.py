"""Bodies of requests and responses as HTTP and OpenAPI have them.

Imported by routes, the page and the commands that print them.
"""
