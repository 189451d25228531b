"""Whether quotations still stand where they were quoted from. Works on documents alone: no model, no index."""
