"""How house tests read the code: its files, its calls, its imports."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
AREAS = ("accounts", "community", "training", "market", "helpdesk", "front")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def sources(folder: Path = APP) -> list[Path]:
    """Every Python file below a folder."""
    return sorted(folder.rglob("*.py"))


def templates() -> list[Path]:
    return (
        sorted((APP / "templates").rglob("*.html"))
        + sorted((APP / "templates").rglob("*.txt"))
        + sorted((APP / "templates").rglob("*.xml"))
    )


def name(path: Path) -> str:
    """The path as it is written in a failure: from the repository's root."""
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node


def called(call: ast.Call) -> str:
    """What is called, dotted: `outbox.put`, `_`, `?.commit` where the left side is no plain name."""
    node: ast.expr = call.func
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    words.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(words))


def imports(path: Path, *, typing_too: bool = False) -> set[str]:
    """Every module a file imports, dotted; imports under TYPE_CHECKING only when asked for."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test) and not typing_too:
                for other in child.orelse:
                    visit(other)
                continue
            if isinstance(child, ast.Import):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module:
                found.add(child.module)
                found.update(f"{child.module}.{alias.name}" for alias in child.names)
            visit(child)

    visit(tree(path))
    return found


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return tuple(path for line in listed.split("\0") if line and (path := ROOT / line).is_file())


def listing(problems: list[str], advice: str) -> str:
    """A failure's message: what was found, then the next step."""
    return "\n".join(["", *sorted(set(problems)), "", advice])
