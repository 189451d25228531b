"""``qa keys``: a key that signs evidence packs."""

import argparse

from qa.config import Settings
from qa.evidence.keys import fingerprint, make_key


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Write a new private key, and the public one beside it; says what to do with both."""
    public = make_key(options.path)
    print(f"Private key: {options.path} (keep it; QA_EVIDENCE_KEY={options.path} signs evidence packs)")
    print(f"Public key:  {options.path}.pub (give it away; qa verify PACK.zip --key {options.path}.pub)")
    print(f"Fingerprint: {fingerprint(public)}")
    return 0
