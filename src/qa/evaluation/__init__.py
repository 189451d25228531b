"""Measuring the product on questions with known answers, through its own path."""
