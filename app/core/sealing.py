"""Sealing what must not be readable in a copied database: AES-256-GCM, bound to its table, row and column.

Keys are files in KEY_DIR (`seal-0001.key`, …, mode 0600), never in the database and never in a backup: a backup
without the folder is unreadable, and so is the data if the folder is lost. The newest key seals; all open.
A sealed value is: format (1 byte) | key number (2 bytes) | nonce (12) | ciphertext and tag.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
HEAD_BYTES = 3
MOST_KEYS = 0xFFFF


class Unsealable(Exception):
    """The value was altered, moved to another row, or sealed with a key this machine does not have."""


class KeyRing:
    """The keys of one folder, made at first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[int, bytes] = {}
        self._marking_key = b""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._read()
        if not self._keys:
            self._make("seal-0001.key")
        if not (folder / "mark.key").exists():
            self._make("mark.key")
        self._read()

    def _read(self) -> None:
        self._keys = {int(path.stem.removeprefix("seal-")): self._key_in(path) for path in sorted(self._folder.glob("seal-*.key"))}
        marking = self._folder / "mark.key"
        self._marking_key = self._key_in(marking) if marking.exists() else b""

    @staticmethod
    def _key_in(path: Path) -> bytes:
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise ValueError(f"{path.name} is not a key of {KEY_BYTES} bytes. Put the right file back; do not delete it.")
        return key

    def _make(self, name: str) -> None:
        """Write a new key whole or not at all; of two processes that start together, the first one's key stays."""
        draft = self._folder / f".{name}.{secrets.token_hex(6)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, self._folder / name)
        except FileExistsError:
            pass  # the other process was first: its key is read next
        finally:
            draft.unlink()

    @property
    def newest(self) -> int:
        """The number of the key that seals."""
        return max(self._keys)

    def rotate(self) -> int:
        """Make a new key for what is sealed from now on; older values still open. Returns its number.

        Other running processes learn of it when they meet a value sealed with it.
        """
        self._read()
        number = self.newest + 1
        if number > MOST_KEYS:
            raise ValueError("The key ring is full.")
        self._make(f"seal-{number:04d}.key")
        self._read()
        return number

    def seal(self, value: bytes, *, table: str, row: int | str, column: str) -> bytes:
        """The value, readable only with the key ring and only at this table, row and column."""
        head = FORMAT + self.newest.to_bytes(2, "big")
        nonce = secrets.token_bytes(NONCE_BYTES)
        return head + nonce + AESGCM(self._keys[self.newest]).encrypt(nonce, value, head + _place(table, row, column))

    def unseal(self, sealed: bytes, *, table: str, row: int | str, column: str) -> bytes:
        """The value again. Raises `Unsealable`."""
        head, nonce, body = sealed[:HEAD_BYTES], sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES], sealed[HEAD_BYTES + NONCE_BYTES :]
        if len(head) < HEAD_BYTES or head[:1] != FORMAT or len(nonce) < NONCE_BYTES:
            raise Unsealable("not a sealed value")
        number = int.from_bytes(head[1:], "big")
        if number not in self._keys:
            self._read()
        if number not in self._keys:
            raise Unsealable(f"key {number} is not in this ring")
        try:
            return AESGCM(self._keys[number]).decrypt(nonce, body, head + _place(table, row, column))
        except InvalidTag:
            raise Unsealable("altered, or sealed for another place") from None

    def needs_resealing(self, sealed: bytes) -> bool:
        """Whether an older key sealed this value."""
        return sealed[1:HEAD_BYTES] != self.newest.to_bytes(2, "big")

    def keyed_mark(self, *parts: int | str) -> str:
        """The same 32 letters for the same parts, which nobody without the key can compute: for pseudonyms."""
        return hmac.new(self._marking_key, _joined(parts), hashlib.sha256).hexdigest()[:32]


def _joined(parts: tuple[int | str, ...]) -> bytes:
    """The parts with their lengths before them, so that ("ab", "c") and ("a", "bc") differ; 1 and "1" are the same part."""
    encoded = [str(part).encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _place(table: str, row: int | str, column: str) -> bytes:
    return _joined((table, row, column))


def init_app(app: Flask, key_dir: Path) -> None:
    """Give the app its key ring."""
    app.extensions["key_ring"] = KeyRing(key_dir)


def key_ring() -> KeyRing:
    """The running app's key ring."""
    ring: KeyRing = current_app.extensions["key_ring"]
    return ring


def seal(value: bytes, table: str, row: int | str, column: str) -> bytes:
    """`KeyRing.seal` with the running app's ring."""
    return key_ring().seal(value, table=table, row=row, column=column)


def unseal(sealed: bytes, table: str, row: int | str, column: str) -> bytes:
    """`KeyRing.unseal` with the running app's ring."""
    return key_ring().unseal(sealed, table=table, row=row, column=column)


def keyed_mark(*parts: int | str) -> str:
    """`KeyRing.keyed_mark` with the running app's ring."""
    return key_ring().keyed_mark(*parts)
