"""What lies on disk: the index folder and its snapshots, with passages, vectors, BM25 and spelling.

Knows neither readers nor embedders; everything that builds or asks an index may import it.
"""
