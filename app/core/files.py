"""Where uploaded bytes live. One interface, today one store: a folder under DATA_DIR/berkas."""

import os
import re
import secrets
from pathlib import Path
from typing import Protocol

from flask import Flask, current_app

# "g/ab12….webp": a family of one letter or word, then one file name. Nothing that climbs, hides or names a device.
_KEY = re.compile(r"[a-z][a-z0-9]{0,15}/[a-z0-9][a-z0-9-]{1,60}\.[a-z0-9]{2,5}")


class FileStore(Protocol):
    """Bytes by key. A key is `family/name.ending`, in small letters; a key is written once and never changes."""

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes: after this returns they survive a power cut; before, nothing of them is seen."""

    def get(self, key: str) -> bytes | None:
        """The bytes, or None when there are none."""

    def delete(self, key: str) -> None:
        """Forget the bytes; it is no error if there are none."""


class FolderStore:
    """Files in folders named for the first two letters, so that no folder grows huge."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, key: str) -> Path:
        """Where the file of a key lies. Raises ValueError for what is no key."""
        if not _KEY.fullmatch(key):
            raise ValueError("not a file key")
        family, name = key.split("/")
        return self._folder / family / name[:2] / name

    def put(self, key: str, content: bytes) -> None:
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)  # the new name has to reach the disk as well
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        finally:
            draft.unlink(missing_ok=True)

    def get(self, key: str) -> bytes | None:
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)


def init_app(app: Flask, store: FileStore) -> None:
    """Give the app its store."""
    app.extensions["file_store"] = store


def file_store() -> FileStore:
    """The running app's store."""
    store: FileStore = current_app.extensions["file_store"]
    return store
