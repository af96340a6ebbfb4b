"""What a developer of Python apps uses: make a key, build a component from source, pack and sign the bundle.

    python -m sandbox.samples.toolchain keygen KEYFILE
    python -m sandbox.samples.toolchain build FOLDER --key KEYFILE --out app.zip

A folder holds `manifest.json`, `app.py` with the modules that it imports, and perhaps `icon.svg`.
"""

import argparse
import ast
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sandbox.wire import bundles, manifest, wit
from sandbox.wire.errors import WireError
from sandbox.wire.manifest import Manifest

ENTRY: Final = "app"
TIMEOUT: Final = 300.0


class ToolchainError(Exception):
    """The bundle was not built."""

    resolution = "Mend what the message names, and build again."


def keygen(path: Path) -> str:
    """Write a new private key that only its owner can read, and answer with the public key in hex."""
    key = secrets.token_hex(32)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{key}\n")
    except OSError as error:
        raise ToolchainError(f"{path}: {error.strerror}; a key is never written over") from error
    return bundles.public_key_of(key)


def build(folder: Path, *, key: Path, out: Path, cache: Path | None) -> Path:
    """Build, sign and pack the app in a folder; `cache` keeps components by the hash of their source.

    Raises:
        ToolchainError: a file is missing, or the source does not compile.
        WireError: the manifest or the key is refused.
    """
    description = _read(folder / bundles.MANIFEST)
    component = compiled(manifest.parse(description), sources(folder), cache=cache)
    files = {bundles.MANIFEST: description, bundles.COMPONENT: component}
    if (icon := folder / bundles.ICON).exists():
        files[bundles.ICON] = _read(icon)
    signature = bundles.sign(_read(key).decode(errors="replace").strip(), bundles.content_manifest(files))
    out.write_bytes(bundles.pack(files | {bundles.SIGNATURE: json.dumps(signature).encode()}))
    return out


def sources(folder: Path) -> dict[str, bytes]:
    """The app's module and those of its folder that it imports, by name."""
    found: dict[str, bytes] = {}
    wanted = [ENTRY]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = _read(folder / f"{name}.py")
            wanted += _imported(found[name], name)
    return found


def compiled(description: Manifest, modules: Mapping[str, bytes], *, cache: Path | None) -> bytes:
    """The component of these modules for the world that the manifest asks for.

    The compiler never makes the same bytes twice, so what was built once is kept.

    Raises:
        ToolchainError: the compiler refused the source.
    """
    world = wit.narrow_world(wit.interfaces(description.scopes, surfaces=description.surfaces))
    package = description.app.replace("-", "_")
    if cache is None:
        return _compile(world, modules, package=package)
    kept = cache / f"{_fingerprint(world, modules, package=package)}.wasm"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(_compile(world, modules, package=package))
        fresh.replace(kept)
    return kept.read_bytes()


def _imported(source: bytes, name: str) -> list[str]:
    """The modules of the same folder that a module imports: `from .plan import …`, `from . import plan`."""
    try:
        tree = ast.parse(source, filename=f"{name}.py")
    except SyntaxError as error:
        raise ToolchainError(f"{name}.py, line {error.lineno}: {error.msg}") from error
    own = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1]
    return [module for node in own for module in ([node.module] if node.module else [a.name for a in node.names])]


def _fingerprint(world: str, modules: Mapping[str, bytes], *, package: str) -> str:
    parts = [version("componentize-py"), package, world]
    parts += [f"{name}\0{hashlib.sha256(modules[name]).hexdigest()}" for name in sorted(modules)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _compile(world: str, modules: Mapping[str, bytes], *, package: str) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "wit").mkdir()
        (work / "wit" / "app.wit").write_text(world, encoding="utf-8")
        (source := work / "source" / package).mkdir(parents=True)
        (source / "__init__.py").touch()
        for module, content in modules.items():
            (source / f"{module}.py").write_bytes(content)
        out = work / "app.wasm"
        target = ["-q", "-d", str(work / "wit"), "-w", wit.WORLD]
        program = ["--stub-wasi", "-p", str(source.parent), f"{package}.{ENTRY}", "-o", str(out)]
        _run("componentize-py", [*target, "componentize", *program], work=work)
        _run("wasm-tools", ["component", "targets", "-w", wit.WORLD, str(work / "wit"), str(out)], work=work)
        return out.read_bytes()


def _run(tool: str, arguments: Sequence[str], *, work: Path) -> None:
    """Run a program that lies beside the interpreter; what happens to be installed there is not the app's."""
    path = Path(sys.executable).with_name(tool)
    environment = os.environ | {"RUST_BACKTRACE": "0", "VIRTUAL_ENV": str(work)}
    try:
        done = subprocess.run([path, *arguments], capture_output=True, check=False, timeout=TIMEOUT, env=environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{tool} did not run: {error}") from error
    if done.returncode:
        raise ToolchainError(f"{tool} refused the app:\n{done.stderr.decode(errors='replace')[-3000:].strip()}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ToolchainError(f"{path}: {error.strerror}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="sandbox.samples.toolchain", description="Build and sign an app's bundle.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("keygen", help="make a signing key and print its public half")
    making.add_argument("file", type=Path)
    building = verbs.add_parser("build", help="build, sign and pack an app")
    building.add_argument("folder", type=Path)
    building.add_argument("--key", type=Path, required=True)
    building.add_argument("--out", type=Path, required=True)
    building.add_argument("--cache", type=Path)
    asked = parser.parse_args(arguments)
    try:
        if asked.verb == "keygen":
            print(keygen(asked.file))
        else:
            print(build(asked.folder, key=asked.key, out=asked.out, cache=asked.cache))
    except (ToolchainError, WireError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
