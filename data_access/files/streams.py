"""Bytes of a text file as UTF-8 blocks of whole lines, whatever its encoding, in bounded memory."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from data_access.files.errors import InputError

BLOCK = 16 << 20
LINE_LIMIT = 1 << 20
"""A longer line is refused: no table has one, and it would have to be held in memory whole."""

GZIP_MAGIC = b"\x1f\x8b"


@dataclass
class Lines:
    """Whole lines, as UTF-8 with `\\n` ends; `first` is the number of the first of them.

    `refused` are the numbers of lines that were too long and left out before these.
    """

    data: bytes
    first: int
    refused: list[int] = field(default_factory=list)


@dataclass
class TextStream:
    """One text file, read from its start each time `blocks` is called.

    `encoding` None means: each line is UTF-8, or else Windows-1252. After a pass `lines` and `foreign`
    say how many lines there were and how many of them were not UTF-8.
    """

    path: Path
    encoding: str | None = None
    lines: int = 0
    foreign: int = 0
    position: int = 0

    def head(self, size: int = LINE_LIMIT) -> bytes:
        """The first bytes, unpacked, as they stand in the file."""
        with open_bytes(self.path) as stream:
            return _read(self.path, stream, size)

    def blocks(self, block: int = BLOCK) -> Iterator[Lines]:
        """Yield the file's lines; every block ends where a line ends."""
        self.lines = self.foreign = self.position = 0
        rest, first, refused, skipping = b"", 1, list[int](), False
        for piece in self._pieces(block):
            data = rest + piece
            if skipping:
                _, end, data = data.partition(b"\n")
                skipping, first, rest = not end, first + len(end), b""
            cut = data.rfind(b"\n") + 1
            whole, rest = data[:cut], data[cut:]
            if whole:
                yield self._lines(whole, first, refused)
                first, refused = first + whole.count(b"\n"), []
            if len(rest) > LINE_LIMIT:  # a line without an end in sight: forget it as it comes
                rest, skipping = b"", True
                refused.append(first)
        if rest or refused:
            yield self._lines(rest + b"\n" if rest else b"", first, refused)

    def estimate(self, head: bytes) -> int:
        """About how many lines the file has, judged by its first bytes."""
        size = self.path.stat().st_size
        if size > 4 and is_packed(self.path):
            with self.path.open("rb") as stream:
                stream.seek(-4, 2)  # gzip ends with the unpacked size
                size = max(size, int.from_bytes(stream.read(4), "little"))
        return max(1, round(max(size, len(head)) * max(1, head.count(b"\n")) / len(head)))

    def _pieces(self, block: int) -> Iterator[bytes]:
        mac = _old_mac(self.head())
        decode = codecs.getincrementaldecoder(self.encoding)("replace").decode if self.encoding else None
        start = True
        with open_bytes(self.path) as stream:
            packed = getattr(stream, "fileobj", stream)
            while data := _read(self.path, stream, block):
                if decode:
                    data = decode(data).encode("utf-8", "replace")
                if start:
                    data, start = data.removeprefix(codecs.BOM_UTF8), False
                self.position = packed.tell()
                yield data.replace(b"\r", b"\n") if mac else data

    def _lines(self, data: bytes, first: int, refused: list[int]) -> Lines:
        count = data.count(b"\n")
        self.lines += count + len(refused)
        if not is_utf8(data):
            data, foreign = mend(data)
            self.foreign += foreign
        return Lines(data, first, refused)


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacking it when its first bytes say gzip, whatever its name."""
    return cast("IO[bytes]", gzip.open(path)) if is_packed(path) else path.open("rb")


def is_packed(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == GZIP_MAGIC


def _read(path: Path, stream: IO[bytes], size: int) -> bytes:
    try:
        return stream.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path.name} is a damaged gzip file: it ends early or does not unpack. Fetch it again."
        ) from error


def _old_mac(head: bytes) -> bool:
    return b"\r" in head and b"\n" not in head


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def mend(data: bytes) -> tuple[bytes, int]:
    """Re-encode the lines that are not UTF-8 from Windows-1252; returns the bytes and how many.

    >>> mend("é\\n".encode() + "è\\n".encode("cp1252"))[0].decode()
    'é\\nè\\n'
    """
    lines = data.split(b"\n")
    foreign = 0
    for index, line in enumerate(lines):
        if not line.isascii() and not is_utf8(line):
            lines[index] = western(line).encode()
            foreign += 1
    return b"\n".join(lines), foreign


def western(line: bytes) -> str:
    """Decode Windows-1252; its five unused bytes become control characters, as browsers do."""
    return line.decode("latin-1").translate(_WESTERN)


def _western_byte(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_WESTERN = {byte: _western_byte(byte) for byte in range(0x80, 0xA0)}
