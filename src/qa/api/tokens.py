"""Who holds which token: those of the settings, and those of a file that keeps names and argon2 hashes alone."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from qa.config import Settings
from qa.errors import SettingsError

SECRET_BYTES = 32
NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Role(StrEnum):
    """What a token lets its holder do; who may write may also read."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token names, and what it allows."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Tokens:
    """All tokens of a server.

    ``plain`` maps the SHA-256 of a token to its holder; ``hashed`` maps a name to its holder and the argon2 hash of its
    token, which begins with the name and a dot.
    """

    plain: Mapping[bytes, Holder] = field(default_factory=dict)
    hashed: Mapping[str, tuple[Holder, str]] = field(default_factory=dict)
    _verified: dict[bytes, Holder] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The tokens that the settings name.

        Raises:
            SettingsError: the file of tokens cannot be read, or a line of it is none.
        """
        plain = {}
        for token, name, role in (
            (settings.read_token, "reader", Role.READ),
            (settings.admin_token, "admin", Role.WRITE),
        ):
            if token is not None:
                plain[_sha256(token.get_secret_value())] = Holder(name, role)
        return cls(plain, _read(settings.tokens_file) if settings.tokens_file else {})

    def __bool__(self) -> bool:
        return bool(self.plain or self.hashed)

    @property
    def any_writes(self) -> bool:
        """Whether some token lets its holder write."""
        holders = [*self.plain.values(), *(holder for holder, _ in self.hashed.values())]
        return any(holder.role is Role.WRITE for holder in holders)

    @property
    def signing_key(self) -> bytes:
        """What signs the cookies of readers: another one as soon as a token changes, the same in every process."""
        digest = hashlib.sha256(b"qa-read-cookie")
        for kept in sorted(self.plain):
            digest.update(kept)
        for name in sorted(self.hashed):
            digest.update(self.hashed[name][1].encode())
        return digest.digest()

    def known(self, token: str) -> Holder | None:
        """Whom a token belongs to that stands in the settings, or was looked at before; at once."""
        sent = _sha256(token)
        for kept, holder in self.plain.items():
            if hmac.compare_digest(kept, sent):
                return holder
        return self._verified.get(sent)

    def holder_of(self, token: str) -> Holder | None:
        """Whom a token belongs to; None for a wrong one. The first look at a hashed token takes about 0.1 s of CPU."""
        if (holder := self.known(token)) is not None:
            return holder
        known = self.hashed.get(token.partition(".")[0])
        if known is None:
            return None
        try:
            PasswordHasher().verify(known[1], token)
        except (VerificationError, InvalidHashError):
            return None
        self._verified[_sha256(token)] = known[0]  # one entry a token that is right
        return known[0]


def new_token(name: str, role: Role) -> tuple[str, str]:
    """A new random token, and the line that the file of tokens keeps of it.

    Raises:
        SettingsError: the name has other characters than letters, digits, ``-`` and ``_``, or more than 40.
    """
    if not NAME.fullmatch(name):
        raise SettingsError(f"{name!r} cannot be a token's name; use up to 40 letters, digits, - and _")
    token = f"{name}.{secrets.token_urlsafe(SECRET_BYTES)}"
    return token, f"{name} {role} {PasswordHasher().hash(token)}"


def _read(path: Path) -> dict[str, tuple[Holder, str]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise SettingsError(f"QA_TOKENS_FILE {path} cannot be read; `qa token NAME` makes it") from error
    hashed: dict[str, tuple[Holder, str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split()
        if len(parts) != len(("name", "role", "hash")) or parts[1] not in list(Role) or "$argon2" not in parts[2]:
            raise SettingsError(f"QA_TOKENS_FILE, line {number}: expected a name, read or write, and an argon2 hash")
        hashed[parts[0]] = Holder(parts[0], Role(parts[1])), parts[2]
    return hashed


def _sha256(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
