"""Candidates → answer: the sentences to quote and how sure they are, or a refusal.

Never imports corpus or indexing; imported by serving and above.
"""
