"""Questions with known answers → measures, through the product's own path.

Imported by compose and the commands.
"""
