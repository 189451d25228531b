"""Question → candidates: the query, the search, the evidence and the ranking, over one open snapshot.

Never imports corpus or indexing; imported by answering and above.
"""
