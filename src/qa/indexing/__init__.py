"""Corpus → snapshot: files are read, split, encoded and sealed.

Never imported by retrieval or answering.
"""
