"""The corpus folder: its files and their names, uploads, and watching it.

Imported by indexing, serving and what stands above them; knows nothing of passages.
"""
