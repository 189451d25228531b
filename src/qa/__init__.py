"""Cited answers from a folder of articles: verbatim passages, exact offsets, honest refusals."""

from importlib.metadata import version

from qa import offline as offline  # before anything that loads a library which reports home

__version__ = version("qa")
