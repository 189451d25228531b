"""Keys that sign evidence packs (Ed25519, RFC 8032)."""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from qa.errors import KeyUnusable


def make_key(path: Path) -> bytes:
    """Write a new private key for its owner alone, and the public one beside it as ``.pub``; returns the public one.

    Raises:
        FileExistsError: there is one already; it is not overwritten.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    public = public_pem(key)
    path.with_name(path.name + ".pub").write_bytes(public)
    return public


def load_private(path: Path) -> Ed25519PrivateKey:
    """A private key that ``make_key`` wrote.

    Raises:
        KeyUnusable: the file is missing or holds no such key.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path} holds no private key that can be used; make one with: qa keys {path}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path} holds a key that is not of the kind Ed25519; make one with: qa keys PATH")
    return key


def load_public(pem: bytes) -> Ed25519PublicKey:
    """A public key from its PEM text.

    Raises:
        KeyUnusable: it is none of the kind Ed25519.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable("this is no public key in PEM; qa keys writes one as PATH.pub") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable("this public key is not of the kind Ed25519")
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public half, as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a public key's 32 bytes, hexadecimal: short enough to be read out.

    Raises:
        KeyUnusable: as ``load_public`` does.
    """
    return hashlib.sha256(load_public(pem).public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def is_signed(pem: bytes, signature: bytes, content: bytes) -> bool:
    """Whether a signature of some content was made with the private half of a key.

    Raises:
        KeyUnusable: as ``load_public`` does.
    """
    try:
        load_public(pem).verify(signature, content)
    except InvalidSignature:
        return False
    return True
