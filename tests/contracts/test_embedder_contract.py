"""What every embedder promises, over the registry, with the real default model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from qa.compose import _imported
from qa.embedders import EMBEDDERS
from qa.embedders.model_files import DEFAULT_SHA256, locate_model
from qa.errors import PassageTooLong
from texts import texts

SENTENCES = [
    "Xu Jiatun left Hong Kong on 1 May 1990.",
    "He flew to San Francisco.",
    "The recipe asks for two eggs and a cup of flour.",
    "他离开了香港。",
    "👍🏽",
    "word " * 200,
    "He flew to San Francisco.",
]

embedders = pytest.mark.parametrize("made", EMBEDDERS, indirect=True)


@pytest.fixture(scope="module")
def made(request):
    return _imported(EMBEDDERS[request.param])(locate_model(None))


@pytest.fixture(scope="module")
def reference():
    """The library's own model, without anything of ours around it."""
    return SentenceTransformer(str(locate_model(None).directory), device="cpu", local_files_only=True)


@embedders
def test_vectors_are_float32_of_unit_length(made):
    """Every vector, of passages and of a question, is float32, contiguous and of length 1."""
    vectors = made.embed_passages(SENTENCES)
    assert vectors.shape == (len(SENTENCES), made.dimension)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert np.linalg.norm(vectors.astype(np.float64), axis=1) == pytest.approx(1, abs=1e-6)
    question = made.embed_question("Where did he fly?")
    assert question.shape == (made.dimension,)
    assert question.dtype == np.float32
    assert np.linalg.norm(question.astype(np.float64)) == pytest.approx(1, abs=1e-6)


@embedders
def test_order_is_kept(made):
    """Row i belongs to text i, however the batch is sorted inside."""
    together = made.embed_passages(SENTENCES)
    alone = np.concatenate([made.embed_passages([sentence]) for sentence in SENTENCES])
    assert (together * alone).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert together[1] == pytest.approx(together[6], abs=1e-6)
    assert (together[0] * alone[2]).sum() < 0.5


@embedders
def test_vectors_are_the_librarys_own(made, reference):
    """The vectors are those of SentenceTransformer.encode, so that figures measured elsewhere hold here."""
    expected = reference.encode(SENTENCES, normalize_embeddings=True)
    assert made.embed_passages(SENTENCES) == pytest.approx(expected, abs=1e-5)
    assert made.embed_question(SENTENCES[0]) == pytest.approx(expected[0], abs=1e-5)


@embedders
def test_no_texts_give_no_vectors(made):
    """Nothing in, ``(0, dimension)`` out."""
    assert made.embed_passages([]).shape == (0, made.dimension)


@embedders
def test_prompts_stand_before_the_text(made, reference):
    """The query prompt stands before questions, the passage prompt before passages, and both are in the fingerprint."""
    prompted = type(made)(locate_model(None), query_prompt="query: ", passage_prompt="passage: ")
    expected = reference.encode(["query: bread", "passage: bread"], normalize_embeddings=True)
    assert prompted.embed_question("bread") == pytest.approx(expected[0], abs=1e-5)
    assert prompted.embed_passages(["bread"])[0] == pytest.approx(expected[1], abs=1e-5)
    assert prompted.count_tokens(["bread"])[0] == made.count_tokens(["passage: bread"])[0]
    assert len({made.fingerprint, prompted.fingerprint, type(made)(locate_model(None), "query: ").fingerprint}) == 3


@embedders
def test_tokens_are_counted_as_the_model_counts_them(made, reference):
    """Counts are the tokenizer's own, with special tokens and without truncation."""
    counted = made.count_tokens([*SENTENCES, "word " * 900, ""])
    expected = [len(reference.tokenizer.encode(text, verbose=False)) for text in [*SENTENCES, "word " * 900, ""]]
    assert counted == expected
    assert counted[-2] == 902


@embedders
def test_what_would_be_cut_is_refused(made):
    """A passage with one token more than the model reads is refused; one with just as many is embedded."""
    fits = "word " * (made.max_tokens - 2)
    assert made.count_tokens([fits]) == [made.max_tokens]
    made.embed_passages([fits])
    with pytest.raises(PassageTooLong, match=rf"a passage has {made.max_tokens + 1} tokens, the embedder reads"):
        made.embed_passages(["short", fits + "word"])


@embedders
def test_long_questions_are_answered_by_their_beginning(made):
    """A question beyond the model's length is no error; what is beyond is not read."""
    start = "word " * 300
    assert made.embed_question(start + "bread") == pytest.approx(made.embed_question(start + "wine"), abs=1e-6)


@embedders
@settings(max_examples=25)
@given(text=texts | st.just(""))
def test_any_text_has_a_vector(made, text):
    """Whatever is asked gets a finite vector of length 1."""
    vector = made.embed_question(text[:2000])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@embedders
def test_fingerprint_names_the_weights(made):
    """The fingerprint has the model's name and the SHA-256 of the published weights."""
    assert made.fingerprint == f"all-MiniLM-L6-v2@{DEFAULT_SHA256[:16]}"
