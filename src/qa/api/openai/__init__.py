"""Answers in the shapes of OpenAI's API, for the many clients that speak it. Nothing is generated here either."""
