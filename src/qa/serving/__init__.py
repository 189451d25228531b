"""The service over the current snapshot, its cache of answers, builds beside it, and readers' judgements.

Imported by evaluation, compose, api and commands.
"""
