"""Cited answers from a folder of articles: verbatim passages, exact offsets, honest refusals."""

from importlib.metadata import version

__version__ = version("qa")
