"""Records of the product → what the templates show.

Imported by routes only.
"""
