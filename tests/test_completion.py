"""Completion in the shells themselves."""

import shutil
import subprocess
import sys

import pytest

from servers import environment, run_qa


def completed(tmp_path, line):
    """What bash offers at the end of a line."""
    script = run_qa("completion", "bash").stdout
    (tmp_path / "qa").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qa.cli "$@"\n', "utf-8")
    words = line.split(" ")
    asked = f"""{script}
COMP_LINE='{line}' COMP_POINT={len(line)} COMP_CWORD={len(words) - 1} COMP_WORDS=({" ".join(map(repr, words))})
COMP_TYPE=9 _python_argcomplete qa '{words[-1]}' '{words[-2]}'
printf '%s\\n' "${{COMPREPLY[@]}}" """
    (tmp_path / "qa").chmod(0o755)
    env = environment(PATH=f"{tmp_path}:/usr/bin:/bin")
    return subprocess.run(["bash", "-c", asked], env=env, capture_output=True, text=True, check=False).stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_of_the_shell(shell, tmp_path):
    """Where the shell is installed, it reads the script without complaint."""
    script = run_qa("completion", shell)
    assert script.returncode == 0
    assert "qa" in script.stdout
    if shutil.which(shell):
        (tmp_path / "script").write_text(script.stdout, "utf-8")
        read = subprocess.run([shell, "-n", tmp_path / "script"], capture_output=True, text=True, check=False)
        assert (read.returncode, read.stderr) == (0, "")


def test_bash_completes(tmp_path):
    """Commands and options are completed."""
    assert completed(tmp_path, "qa ver") == ["verify"]
    assert completed(tmp_path, "qa ask --evi") == ["--evidence"]
