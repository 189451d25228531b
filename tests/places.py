"""Where the tests find what they read."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
CORPUS = CHECKOUT / "corpus"
SHARED = Path(os.environ.get("QATEST_SHARED", CHECKOUT.parent / "shared"))
SEEDS = SHARED / "seeds"
QUESTIONS = SHARED / "eval" / "seed-questions-dev.jsonl"

needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the raw articles are not beside this checkout")
needs_questions = pytest.mark.skipif(not QUESTIONS.is_file(), reason="the questions are not beside this checkout")
