"""Settings: every one from the environment, those with a flag from the flag, and no misspelt one in silence."""

import pytest

from places import CHECKOUT
from qa.cli import _parser
from qa.config import Settings, load_settings
from qa.errors import SettingsError

VALUES = {
    "corpus": "articles", "index": "built", "host": "::1", "port": "8123", "model": "a/model",
    "query_prompt": "query: ", "embedder": "sentence-transformers",
    "passage_prompt": "passage: ", "reranker": "a/reranker", "extractor": "an.onnx", "passage_tokens": "128",
    "keep_snapshots": "7", "engine": "postgresql://engine.example/qa",
    "answer_cache_mb": "10", "threads": "2", "log_level": "debug",
    "log_format": "json", "log_requests": "True", "log_refusals": "True",
    "allowed_hosts": "qa.example", "embed_origins": "https://www.example.org", "max_upload_mb": "4", "min_free_mb": "8",
    "evidence_key": "key", "evidence_around": "500",
    "watch": "True", "languages": "off", "precision": "float32", "tokens_file": "tokens", "open": "True",
    "trusted_proxies": "10.0.0.0/8, ::1", "requests_per_minute": "9",
    "build_stall_s": "5", "processes": "3", "trash_days": "3",
}  # fmt: skip
FLAGS = {
    "index": ("corpus", "index", "model", "log_level"),
    "ask": ("corpus", "index", "model", "log_level", "reranker"),
    "serve": ("corpus", "index", "model", "log_level", "reranker", "host", "port", "processes"),
    "doctor": ("corpus", "index", "model", "log_level"),
}


TOKENS = ("admin_token", "read_token")


def test_every_setting_is_tried_here():
    """This file knows every setting."""
    assert {*VALUES, *TOKENS} == {*Settings.model_fields}


@pytest.mark.parametrize("name", TOKENS)
def test_tokens_are_never_shown(monkeypatch, name):
    """A token is read from the environment, and is not in what a log would show of the settings."""
    monkeypatch.setenv(f"QA_{name.upper()}", "c4nary-c4nary-16")
    settings = load_settings()
    assert getattr(settings, name).get_secret_value() == "c4nary-c4nary-16"
    assert "c4nary" not in f"{settings} {settings!r} {settings.model_dump_json()}"


@pytest.mark.parametrize("name", TOKENS)
def test_short_tokens_are_refused(monkeypatch, name):
    """A token of fewer than 16 characters could be guessed; the refusal does not show it."""
    monkeypatch.setenv(f"QA_{name.upper()}", "c4nary-c4nary-1")
    with pytest.raises(SettingsError, match=rf"^QA_{name.upper()} cannot be this: .*at least 16") as refused:
        load_settings()
    assert "c4nary" not in str(refused.value)


@pytest.mark.parametrize("name", VALUES)
def test_from_the_environment(monkeypatch, name):
    """``QA_<NAME>`` sets a setting; the default is another value."""
    default = getattr(load_settings(), name)
    monkeypatch.setenv(f"QA_{name.upper()}", VALUES[name])
    assert str(getattr(load_settings(), name)) == VALUES[name] != str(default)


@pytest.mark.parametrize(("command", "name"), [(command, name) for command, names in FLAGS.items() for name in names])
def test_from_the_flag(monkeypatch, command, name):
    """The flag of the same name wins over the environment."""
    monkeypatch.setenv(f"QA_{name.upper()}", {"port": "1", "log_level": "error"}.get(name, "environment"))
    question = ["q"] if command == "ask" else []
    options = _parser().parse_args([command, *question, f"--{name.replace('_', '-')}", VALUES[name]])
    flags = {field: getattr(options, field, None) for field in Settings.model_fields}
    assert str(getattr(load_settings(**flags), name)) == VALUES[name]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("QA_MODLE", "QA_MODEL"), ("QA_CORPSU", "QA_CORPUS"), ("qa_prot", "QA_PORT"), ("QA_", "QA_PORT")],
)
def test_unknown_names_are_refused(monkeypatch, wrong, meant):
    """A QA_ name that is no setting is refused, with the nearest one."""
    monkeypatch.setenv(wrong, "1")
    pattern = rf"^{wrong} is not a setting; did you mean {meant}\?" if wrong != "QA_" else "^QA_ is not a setting"
    with pytest.raises(SettingsError, match=pattern):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "x"), ("port", "65536"), ("port", "-1"), ("port", ""), ("passage_tokens", "63"),
        ("keep_snapshots", "0"),
        ("threads", "0"), ("threads", "nan"), ("log_level", "loud"), ("precision", "int4"),
        ("trusted_proxies", "proxy"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused(monkeypatch, name, value):
    """A value that cannot be used is refused with the setting's name and the value."""
    monkeypatch.setenv(f"QA_{name.upper()}", value)
    with pytest.raises(SettingsError, match=rf"^QA_{name.upper()} cannot be '{value}': "):
        load_settings()


def test_other_names_are_left_alone(monkeypatch):
    """Names that only contain QA are nobody's business here."""
    monkeypatch.setenv("MY_QA_PORT", "1")
    monkeypatch.setenv("QATEST", "1")
    assert load_settings().port == 8000


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name):
    """The table in docs/settings.md has each setting with its default and what it is."""
    field = Settings.model_fields[name]
    default = "" if field.default in {None, ""} else f"`{str(field.default).lower()}`"
    row = f"| `QA_{name.upper()}` | {default} | {field.description} |"
    assert row in (CHECKOUT / "docs" / "settings.md").read_text("utf-8").splitlines()
