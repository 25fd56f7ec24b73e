"""What kind of text a file holds, told from its first bytes: encoding, delimiter, or not text at all."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Sequence

from charset_normalizer import from_bytes

from data_access.files.errors import InputError
from data_access.files.loose import fields_of
from data_access.files.streams import is_utf8, mend

DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}

MAGIC = {
    b"PK\x03\x04": "a zip archive or a workbook: unpack it, or name it .xlsx",
    b"PAR1": "a Parquet file: name it .parquet",
    b"SQLite format 3": 'a SQLite database: use url = "sqlite:///FILE" and a query',
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old workbook: name it .xls",
    b"BZh": "a bzip2 file: unpack it",
    b"\x28\xb5\x2f\xfd": "a Zstandard file: unpack it",
}


def encoding(name: str, head: bytes) -> str | None:
    """The encoding that the first bytes prove, or None for UTF-8 (or Windows-1252, line by line).

    Raises `InputError` when the bytes are not text, or text in neither of the two.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            raise InputError(f"{name} is not text: it looks like {kind}.")
    if b"\0" in head[:4096] and (wide := _wide(name, head[:4096])):
        return wide
    if not is_utf8(head) and _not_western(head):
        best = from_bytes(head[:100_000]).best()
        guess = best.encoding if best else "cp1251"
        raise InputError(
            f"{name} is in neither UTF-8 nor a Western encoding; it may be {guess}. "
            f'Add encoding = "{guess}" (or the right one) to its table.'
        )
    return None


def _wide(name: str, head: bytes) -> str | None:
    """UTF-16 where every other byte is NUL; None where so few are that they are damage in a text."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    if sum(byte < 9 or 13 < byte < 32 for byte in head) > 0.02 * len(head):
        raise InputError(f"{name} is a binary file, not text. Export it as CSV, Parquet, JSON lines or XLSX.")
    return None


def _not_western(head: bytes) -> bool:
    """Western text is mostly ASCII: lines where most letters are beyond it are in another script."""
    lines = [line for line in head.split(b"\n")[:-1] or [head] if not line.isascii()]
    strange = [line for line in lines if not is_utf8(line)]
    foreign = b"".join(strange) if 2 * len(strange) > len(lines) else b""
    high = sum(byte > 0x7F for byte in foreign)
    letters = sum(chr(byte).isalpha() for byte in foreign if byte < 0x80)
    return high > letters and high > 20


def head_lines(name: str, head: bytes, encoding: str | None, limit: int) -> list[str]:
    """The whole lines among the first `limit` bytes, as text, by the rule of the whole file."""
    text = head.decode(encoding, "replace") if encoding else mend(head)[0].decode("utf-8", "replace")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = (text if "\n" in text else text.replace("\r", "\n")).split("\n")
    if len(head) >= limit and len(lines) == 1:
        raise InputError(f"{name}: its first line is longer than 1 MiB, so it is not a table with a header.")
    return lines[:-1] if len(head) >= limit or not lines[-1] else lines


def delimiter(lines: Sequence[str], wanted: Collection[str] = ()) -> str:
    """The delimiter whose header names most of the wanted columns, then the one that splits most evenly.

    >>> delimiter(["a;b", "1,5;2,5"])
    ';'
    """
    header = next((line for line in lines if line.strip()), "")

    def score(candidate: str) -> tuple[int, float, int]:
        names = [field.strip() for field in fields_of(header, candidate)[0] or [header]]
        counts = [len(fields_of(line, candidate)[0] or [line]) for line in lines[1:200] if line.strip()]
        even = sum(count == len(names) for count in counts) / max(1, len(counts))
        return len(set(names) & set(wanted)), even if len(names) > 1 else -1.0, len(names)

    return max(DELIMITERS, key=score)
