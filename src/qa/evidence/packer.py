"""Makes packs as the settings want them."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from qa.evidence.pack import Evidence, make_pack
from qa.index.snapshot import Manifest
from qa.types import Answer


@dataclass(frozen=True, slots=True)
class Packer:
    """``settings`` are what decides answers, as they are to be shown; see ``make_pack`` for the others."""

    settings: Mapping[str, str]
    software: str
    around: int = 0
    key: Ed25519PrivateKey | None = None

    def pack(self, answer: Answer, answer_json: bytes, manifest: Manifest) -> bytes:
        """The evidence pack of an answer, whose body of ``POST /ask`` is ``answer_json``."""
        evidence = Evidence(answer, answer_json, manifest, self.settings, self.software)
        return make_pack(evidence, self.around, self.key)
