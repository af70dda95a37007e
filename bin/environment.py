"""Makes `.venv` from the lock file, hash by hash. Called by environment.sh with any Python from 3.11 on."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".local" / "tools"
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"


class Failed(Exception):
    """What the person at the terminal can do about it."""


def run(argv: list[str | Path], **variables: str) -> None:
    environment = (
        os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_PYTHON_DOWNLOADS": "never"} | variables
    )
    subprocess.run([str(part) for part in argv], check=True, env=environment, stdout=sys.stderr)


def has_module(name: str) -> bool:
    return (
        subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode
        == 0
    )


def pip() -> list[str | Path]:
    """A pip, from the interpreter or from an environment made for it: Debian ships Python without."""
    if has_module("pip"):
        return [sys.executable, "-m", "pip"]
    own = ROOT / ".local" / "pip"
    if has_module("ensurepip"):
        run([sys.executable, "-m", "venv", own])
        return [own / "bin" / "python", "-m", "pip"]
    raise Failed(
        f"{sys.executable} comes without pip and without venv. Install them: apt-get install python3-venv python3-pip"
    )


def uv() -> Path:
    """The pinned uv, outside the environment that it manages."""
    program, lock = TOOLS / "bin" / "uv", REQUIREMENTS / "tools.txt"
    stamp = TOOLS / ".lock"
    if not program.exists() or not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        shutil.rmtree(TOOLS, ignore_errors=True)
        options = ["install", "--quiet", "--root-user-action=ignore", "--require-hashes", "--no-deps"]
        run([*pip(), *options, "--target", TOOLS, "-r", lock])
        shutil.copyfile(lock, stamp)
    return program


def synchronise(kind: str) -> None:
    lock, stamp = REQUIREMENTS / f"{kind}.txt", VENV / f".lock-{kind}"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes() and (VENV / "bin" / "python").exists():
        return  # another command was first
    count = sum(1 for line in lock.read_text().splitlines() if "==" in line and line[0].isalnum())
    print(f"Installing {count} packages into {VENV}", file=sys.stderr, flush=True)
    began = time.monotonic()
    program = uv()
    if not (VENV / "bin" / "python").exists():
        run([program, "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
    # --link-mode: the cache may lie on another file system, where uv would warn that it copies.
    link = {} if "UV_LINK_MODE" in os.environ else {"UV_LINK_MODE": link_mode(program)}
    run([program, "pip", "sync", "--quiet", "--require-hashes", lock], VIRTUAL_ENV=str(VENV), **link)
    for old in VENV.glob(".lock-*"):
        old.unlink()
    shutil.copyfile(lock, stamp)
    print(f"Installed in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def link_mode(program: Path) -> str:
    asked = subprocess.run([program, "cache", "dir"], capture_output=True, text=True, check=True)
    cache = Path(asked.stdout.strip())
    cache.mkdir(parents=True, exist_ok=True)
    return "hardlink" if cache.stat().st_dev == VENV.stat().st_dev else "copy"


def main() -> int:
    (ROOT / ".local").mkdir(exist_ok=True)
    with (ROOT / ".local" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            synchronise(sys.argv[1])
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
        except subprocess.CalledProcessError as error:
            print(f"This command failed ({error.returncode}): {' '.join(error.cmd)}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
