"""Passages of a running service as retrievers of other libraries; each module needs the extra of its name."""
