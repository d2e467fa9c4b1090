"""The log of a database, read without slad: bodies of records as lib/store/body.h describes them.

    events("slad.db")                             # all events, in the order of the log
    rows("slad.db", "SELECT text(body) ->> '$.id' FROM record")
"""
import contextlib
import ctypes
import functools
import json
import os
import re
import sqlite3
import threading

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAGIC = b"\x28\xb5\x2f\xfd"
MOST = 1 << 20


@functools.cache
def dictionary():
    """The one that is built in, out of its source."""
    with open(os.path.join(TOP, "lib/store/dictionary.c"), encoding="utf-8") as file:
        tables, words = re.search(r"\.tables = \{(.*?)\},\s+\.words =(.*?),\n\};", file.read(), re.DOTALL).groups()
    return (bytes(int(byte, 16) for byte in re.findall(r"0x(\w\w)", tables)) +
            "".join(json.loads(line) for line in re.findall(r'".*"', words)).encode())


class Reader(threading.local):
    """The library, and what it reads bodies with; each thread has its own."""

    def __init__(self):
        self.room = ctypes.create_string_buffer(MOST)
        self.unpack, self.context, self.words = zstd()


def zstd():
    library = ctypes.CDLL("libzstd.so.1")
    for name in ("ZSTD_createDCtx", "ZSTD_createDDict"):
        getattr(library, name).restype = ctypes.c_void_p
    library.ZSTD_createDDict.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    unpack = library.ZSTD_decompress_usingDDict
    unpack.restype = ctypes.c_size_t
    unpack.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t,
                       ctypes.c_void_p]
    words = dictionary()
    return unpack, library.ZSTD_createDCtx(), library.ZSTD_createDDict(words, len(words))


reader = Reader()


def text(body):
    """The text of a body, packed or not."""
    if isinstance(body, str):
        return body
    if body[:1] != b"\x01":
        raise ValueError(f"unknown form of a body: {body[:1]}")
    frame = MAGIC + body[1:]
    length = reader.unpack(reader.context, reader.room, MOST, frame, len(frame), reader.words)
    if length > MOST:
        raise ValueError("a body is damaged")
    return ctypes.string_at(reader.room, length).decode()


def rows(path, query, *values):
    """What a database says, while its daemon runs or not."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.create_function("text", 1, text, deterministic=True)
        return database.execute(query, values).fetchall()


def events(path):
    return [json.loads(body) for body, in rows(path, "SELECT text(body) FROM record ORDER BY seq")]
