"""What every embedder promises, over the registry, with the real default model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from qa.embedders import EMBEDDERS
from qa.embedders.model_files import DEFAULT_SHA256, locate_model
from qa.errors import PassageTooLong
from qa.registry import imported
from qa.types import Precision
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

INT8 = "onnx-bert/int8"
embedders = pytest.mark.parametrize("made", [*EMBEDDERS, INT8], indirect=True)


@pytest.fixture(scope="module")
def made(request):
    name, _, precision = request.param.partition("/")
    return imported(EMBEDDERS[name].path)(
        locate_model(None), **({"precision": Precision(precision)} if precision else {})
    )


def is_exact(made):
    """Whether an embedder promises the library's vectors to the fifth digit; int8 promises a cosine of 0.99."""
    return not made.fingerprint.endswith("/int8")


def assert_same_vectors(made, found, expected):
    assert (found * expected).sum(axis=-1).min() >= 0.99
    if is_exact(made):
        assert found == pytest.approx(expected, abs=1e-5)


@pytest.fixture(scope="module")
def reference():
    """The library's own model, without anything of ours around it."""
    return SentenceTransformer(str(locate_model(None).directory), device="cpu", local_files_only=True)


def vectors(encoded):
    return np.stack([one.vector for one in encoded])


def assert_sound(encoded, text, dimension):
    """Vectors of unit length, float32; tokens in order, each with its place in the text."""
    assert encoded.vector.shape == (dimension,)
    assert encoded.tokens.shape == (len(encoded.ids), dimension)
    assert encoded.spans.shape == (len(encoded.ids), 2)
    assert encoded.vector.dtype == encoded.tokens.dtype == np.float32
    assert np.linalg.norm(encoded.vector.astype(np.float64)) == pytest.approx(1, abs=1e-6)
    assert np.linalg.norm(encoded.tokens.astype(np.float64), axis=1) == pytest.approx(1, abs=1e-5)
    starts, ends = encoded.spans[:, 0], encoded.spans[:, 1]
    assert (starts >= 0).all()
    assert (starts <= ends).all()
    assert (ends <= len(text)).all()
    assert (np.diff(starts) >= 0).all()


@embedders
def test_vectors_are_float32_of_unit_length(made):
    """Every vector, of texts and of tokens, is float32 and of length 1; every token has its place."""
    for sentence, encoded in zip(SENTENCES, made.encode_passages(SENTENCES), strict=True):
        assert_sound(encoded, sentence, made.dimension)
    assert_sound(made.encode_question("Where did he fly?"), "Where did he fly?", made.dimension)


@embedders
def test_order_is_kept(made):
    """Output i belongs to text i, however the batch is sorted inside."""
    together = made.encode_passages(SENTENCES)
    for sentence, encoded in zip(SENTENCES, together, strict=True):
        [alone] = made.encode_passages([sentence])
        assert encoded.vector == pytest.approx(alone.vector, abs=1e-4)
        assert encoded.tokens == pytest.approx(alone.tokens, abs=1e-3)
        assert np.array_equal(encoded.ids, alone.ids)
    assert together[0].vector @ together[2].vector < 0.5


@embedders
def test_vectors_are_the_librarys_own(made, reference):
    """The vectors are those of SentenceTransformer.encode, so that figures measured elsewhere hold here."""
    expected = reference.encode(SENTENCES, normalize_embeddings=True)
    assert_same_vectors(made, vectors(made.encode_passages(SENTENCES)), expected)
    assert_same_vectors(made, made.encode_question(SENTENCES[0]).vector, expected[0])


@embedders
def test_tokens_are_where_the_text_has_them(made, reference):
    """A token's place holds what it was made from; special tokens are left out; the token vectors are the model's."""
    text = "Xu Jiatun left – 👍🏽 Zürich, 香港."
    encoded = made.encode_question(text)
    pieces = reference.tokenizer.convert_ids_to_tokens(encoded.ids)
    assert pieces == reference.tokenizer.tokenize(text)
    said = {text[start:end].lower().replace("ü", "u") for start, end in encoded.spans}
    assert {piece.removeprefix("##") for piece in pieces if piece.isascii() and "[" not in piece} <= said
    expected = reference.encode([text], output_value="token_embeddings")[0].numpy()[1:-1]
    expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    if is_exact(made):
        assert encoded.tokens == pytest.approx(expected, abs=1e-4)
    else:
        assert (encoded.tokens * expected).sum(axis=1).mean() >= 0.99


@embedders
def test_no_texts_give_nothing(made):
    """Nothing in, nothing out."""
    assert made.encode_passages([]) == []


@embedders
def test_prompts_stand_before_the_text(made, reference):
    """The query prompt stands before questions, the passage prompt before passages; both are in the fingerprint."""
    if not is_exact(made):
        pytest.skip("prompts do not depend on the precision")
    prompted = type(made)(locate_model(None), query_prompt="query: ", passage_prompt="passage: ")
    expected = reference.encode(["query: bread", "passage: bread"], normalize_embeddings=True)
    question, [passage] = prompted.encode_question("bread"), prompted.encode_passages(["bread"])
    assert_same_vectors(made, question.vector, expected[0])
    assert_same_vectors(made, passage.vector, expected[1])
    assert question.spans.tolist() == passage.spans.tolist() == [[0, 5]]
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
    made.encode_passages([fits])
    with pytest.raises(PassageTooLong, match=rf"a passage has {made.max_tokens + 1} tokens, the embedder reads"):
        made.encode_passages(["short", fits + "word"])


@embedders
def test_long_questions_are_answered_by_their_beginning(made):
    """A question beyond the model's length is no error; what is beyond is not read."""
    start = "word " * 300
    bread, wine = made.encode_question(start + "bread"), made.encode_question(start + "wine")
    assert bread.vector == pytest.approx(wine.vector, abs=1e-6)
    assert len(bread.ids) == made.max_tokens - 2


@embedders
@settings(max_examples=25)
@given(text=texts | st.just(""))
def test_any_text_has_a_vector(made, text):
    """Whatever is asked gets a finite vector of length 1, and tokens that lie in the text."""
    encoded = made.encode_question(text[:2000])
    assert np.isfinite(encoded.vector).all()
    assert_sound(encoded, text[:2000], made.dimension)


@embedders
def test_fingerprint_names_the_weights(made):
    """The fingerprint has the model's name, the SHA-256 of the published weights and what it computes with."""
    assert made.fingerprint.removesuffix("/int8") == f"all-MiniLM-L6-v2@{DEFAULT_SHA256[:16]}"
