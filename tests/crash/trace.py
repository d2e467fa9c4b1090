"""A recorded trace, and what a disk could hold at each of its instants if the power were cut then.

The model. What was written to a file before one of its syncs began, and the sync has ended without an error,
is on the disk. Of what was written since, any part is: a call is there or not, whatever came after it, and a
write may be torn at sectors of 512 bytes. A new name, an unlink, a rename is on the disk when the directory was
synced since; else it may be there or not, but for each name in its order. A file is lost with its name.

    trace = Trace(path)
    world = World(trace)
    world.go_to(instant)                      # a number of a record
    world.image(random.Random("7/12"))        # {name: bytes}

An instant is the moment before the record of that number.
"""
import collections
import mmap
import os
import re
import struct

SECTOR = 512
OPEN, WRITE, TRUNCATE, SYNC, UNLINK, RENAME, MAP, CLOSE, ACCEPT, READ, SEND = range(11)
SYNCED, PROCESS, NOTE = 20, 21, 30
HEADER = struct.Struct("=IIiIqqQ")
O_TRUNC = os.O_TRUNC

Record = collections.namedtuple("Record", "what process fd flags result offset at length")
Answered = collections.namedtuple("Answered", "batch begun answered status")


def note(path, text):
    """Puts a word of the harness's own into a trace that is being written."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(fd, HEADER.pack(NOTE, os.getpid(), -1, 0, 0, 0, len(text)) + text.encode())
    os.close(fd)


class Trace:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.records, at = [], 0
        while at + HEADER.size <= len(self.bytes):
            what, process, fd, flags, result, offset, length = HEADER.unpack_from(self.bytes, at)
            at += HEADER.size
            self.records.append(Record(what, process, fd, flags, result, offset, at, length))
            at += length
        if at != len(self.bytes):
            raise AssertionError(f"{path} ends amidst a record")

    def payload(self, record):
        return self.bytes[record.at:record.at + record.length]

    def notes(self):
        """(instant, text) of the harness's own words."""
        return [(i, self.payload(r).decode()) for i, r in enumerate(self.records) if r.what == NOTE]

    def answers(self):
        """Each answered request that named its batch: when it was there in full, and when its answer left."""
        asked, found = {}, []
        for i, r in enumerate(self.records):
            connection = (r.process, r.fd)
            if r.what in (ACCEPT, CLOSE):
                asked.pop(connection, None)
            elif r.what == READ and r.result > 0:
                named = re.search(rb"\r\nX-Batch: (\d+)\r\n", self.payload(r))
                batch = int(named[1]) if named else asked.get(connection, (None, 0))[0]
                asked[connection] = (batch, i)
            elif r.what == SEND:
                status = re.match(rb"HTTP/1\.1 (\d\d\d) ", self.payload(r))
                if status and asked.get(connection, (None,))[0] is not None:
                    batch, begun = asked.pop(connection)
                    found.append(Answered(batch, begun, i, int(status[1])))
        return found


class File:
    """What is on the disk for certain, and what was done since: (instant, WRITE, offset, bytes) or (…, TRUNCATE, size, None)."""

    def __init__(self, durable=b""):
        self.durable, self.pending, self.gone = bytearray(durable), [], 0

    def settle(self, upto):
        """The first of what was ever pending are on the disk now."""
        for _, what, offset, data in self.pending[:upto - self.gone]:
            apply(self.durable, what, offset, data)
        del self.pending[:max(upto - self.gone, 0)]
        self.gone = max(self.gone, upto)


def apply(content, what, offset, data):
    if what == TRUNCATE:
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


def torn(content, offset, data, random):
    """Only some of its sectors."""
    edge = 0
    while edge < len(data):
        end = min(len(data), edge + SECTOR - (offset + edge) % SECTOR)
        if random.random() < 0.5:
            apply(content, WRITE, offset + edge, data[edge:end])
        edge = end


class World:
    """The files of a trace as they are at one of its instants, which only grows."""

    def __init__(self, trace, before=None):
        """`before` is the directory of what was on the disk when the trace began."""
        self.trace, self.now = trace, 0
        self.durable_names = {}  # to files
        for name in os.listdir(before) if before else ():
            with open(os.path.join(before, name), "rb") as file:
                self.durable_names[name] = File(file.read())
        self.names = dict(self.durable_names)
        self.moves = []  # of names, since the directory was synced: (instant, names, from, to, file)
        self.moved = 0  # and before
        self.files, self.syncing = {}, {}  # by (process, fd)

    def go_to(self, instant):
        while self.now < instant:
            self._take(self.now, self.trace.records[self.now])
            self.now += 1

    def _take(self, i, r):
        here = (r.process, r.fd)
        if r.what == OPEN and r.result >= 0:
            self._opened(i, r)
        elif r.what == WRITE and r.result > 0:
            self.files[here].pending.append((i, WRITE, r.offset, self.trace.payload(r)))
        elif r.what == TRUNCATE and r.result == 0:
            self.files[here].pending.append((i, TRUNCATE, r.offset, None))
        elif r.what == SYNC:
            file = self.files.get(here)
            self.syncing[here] = self.moved + len(self.moves) if r.flags else file.gone + len(file.pending)
        elif r.what == SYNCED and r.result == 0:
            self._synced(here, r)
        elif r.what == UNLINK and r.result == 0:
            name = self._name(self.trace.payload(r))
            self.moves.append((i, [name], name, None, self.names.pop(name)))
        elif r.what == RENAME and r.result == 0:
            old, new = (self._name(part) for part in self.trace.payload(r).split(b"\0"))
            self.names[new] = self.names.pop(old)
            self.moves.append((i, [old, new], old, new, self.names[new]))
        elif r.what == MAP:
            raise AssertionError("a file is written through memory: what is written cannot be seen")

    @staticmethod
    def _name(path):
        return os.path.basename(path.decode())

    def _opened(self, i, r):
        name = self._name(self.trace.payload(r))
        if name not in self.names and not r.flags & os.O_CREAT:
            self.files[(r.process, r.result)] = File()  # was there before, such as the configuration
            return
        if name not in self.names:
            self.names[name] = File()
            self.moves.append((i, [name], None, name, self.names[name]))
        elif r.flags & O_TRUNC:
            self.names[name].pending.append((i, TRUNCATE, 0, None))
        self.files[(r.process, r.result)] = self.names[name]

    def _synced(self, here, r):
        upto = self.syncing.pop(here)
        if not r.flags:
            self.files[here].settle(upto)
            return
        for move in self.moves[:upto - self.moved]:
            self._move(self.durable_names, move)
        del self.moves[:max(upto - self.moved, 0)]
        self.moved = max(self.moved, upto)

    @staticmethod
    def _move(names, move):
        _, _, old, new, file = move
        if old is not None:
            names.pop(old, None)
        if new is not None:
            names[new] = file

    def complete(self):
        """{name: bytes} as a program sees them: with everything that was written."""
        found = {}
        for name, file in self.names.items():
            found[name] = bytearray(file.durable)
            for _, what, offset, data in file.pending:
                apply(found[name], what, offset, data)
        return found

    def image(self, random):
        """{name: bytes} that a cut could leave."""
        keeps, tears, before = self._fate(random)
        names, lost = dict(self.durable_names), set()
        for move in self.moves:
            if lost.intersection(move[1]) or move[0] >= before or random.random() >= keeps:
                lost.update(move[1])
            else:
                self._move(names, move)
        return {name: self._content(file, random, keeps, tears, before) for name, file in names.items()}

    def _fate(self, random):
        """How likely a call is kept, or torn; and the instant from which on all are lost."""
        pending = [i for file in self.names.values() for i, *_ in file.pending] + [move[0] for move in self.moves]
        kind = random.randrange(6)
        if kind == 0 or not pending:
            return 0, 0, self.now  # what is sure, and nothing else
        if kind == 1:
            return 1, 0, self.now  # all, as after a kill
        if kind == 2:
            return 1, 0.1, random.choice(pending) + 1  # in order, up to some instant
        return random.choice([0.1, 0.5, 0.9]), random.choice([0, 0.2, 1]), self.now

    @staticmethod
    def _content(file, random, keeps, tears, before):
        content = bytearray(file.durable)
        for i, what, offset, data in file.pending:
            if i >= before or random.random() >= keeps:
                continue
            if what == WRITE and random.random() < tears:
                torn(content, offset, data, random)
            else:
                apply(content, what, offset, data)
        return content
