"""Files in memory, and what files have in common."""

import _io
from _io import UnsupportedOperation, FileIO, BufferedReader, BufferedWriter, BufferedRandom

SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2
DEFAULT_BUFFER_SIZE = 8192

open = open


def text_encoding(encoding, stacklevel=2):
    return "utf-8" if encoding is None else encoding


def open_code(path):
    return open(path, "rb")


class IOBase:
    """What streams have in common."""

    closed = False

    # The classes in Rust whose instances count as instances of this class.
    _native = (_io.TextIOWrapper, FileIO, BufferedReader, BufferedWriter, BufferedRandom)

    @classmethod
    def __class_instancecheck__(cls, obj):
        return isinstance(obj, cls._native)

    @classmethod
    def __class_subclasscheck__(cls, other):
        return issubclass(other, cls._native)

    def __enter__(self):
        self._check_open()
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.close()

    def __iter__(self):
        self._check_open()
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def _check_open(self):
        if self.closed:
            raise ValueError("I/O operation on closed file")

    def close(self):
        if not self.closed:
            self.flush()
            self.closed = True

    def flush(self):
        self._check_open()

    def isatty(self):
        self._check_open()
        return False

    def readable(self):
        return False

    def writable(self):
        return False

    def seekable(self):
        return False

    def fileno(self):
        raise UnsupportedOperation("fileno")

    def seek(self, offset, whence=0):
        raise UnsupportedOperation("seek")

    def tell(self):
        return self.seek(0, 1)

    def truncate(self, size=None):
        raise UnsupportedOperation("truncate")

    def readline(self, size=-1):
        result = b""
        while size < 0 or len(result) < size:
            b = self.read(1)
            if not b:
                break
            result += b
            if b == b"\n":
                break
        return result

    def readlines(self, hint=-1):
        lines = []
        total = 0
        for line in self:
            lines.append(line)
            total += len(line)
            if hint is not None and 0 < hint <= total:
                break
        return lines

    def writelines(self, lines):
        self._check_open()
        for line in lines:
            self.write(line)


class TextIOBase(IOBase):
    encoding = None
    errors = None
    newlines = None
    _native = (_io.TextIOWrapper,)

    def read(self, size=-1):
        raise UnsupportedOperation("read")

    def write(self, text):
        raise UnsupportedOperation("write")

    def readline(self, size=-1):
        raise UnsupportedOperation("readline")

    def detach(self):
        raise UnsupportedOperation("detach")


class RawIOBase(IOBase):
    _native = (FileIO,)

    def read(self, size=-1):
        if size is None or size < 0:
            return self.readall()
        buffer = bytearray(size)
        n = self.readinto(buffer)
        if n is None:
            return None
        del buffer[n:]
        return bytes(buffer)

    def readall(self):
        parts = []
        while True:
            data = self.read(DEFAULT_BUFFER_SIZE)
            if not data:
                return b"".join(parts)
            parts.append(data)

    def readinto(self, buffer):
        raise UnsupportedOperation("readinto")

    def write(self, data):
        raise UnsupportedOperation("write")


class BufferedIOBase(IOBase):
    _native = (BufferedReader, BufferedWriter, BufferedRandom)

    def read(self, size=-1):
        raise UnsupportedOperation("read")

    def write(self, data):
        raise UnsupportedOperation("write")

    def detach(self):
        raise UnsupportedOperation("detach")


class StringIO(TextIOBase):
    """Text in memory. Writing at the end, the usual case, only adds to a list."""

    def readable(self):
        self._check_open()
        return True

    writable = seekable = readable

    def __init__(self, initial_value="", newline="\n"):
        if newline not in (None, "", "\n", "\r", "\r\n"):
            raise ValueError("illegal newline value: %r" % (newline,))
        if not isinstance(initial_value, (str, type(None))):
            raise TypeError("initial_value must be str or None, not %s"
                            % type(initial_value).__name__)
        self._newline = newline
        self._parts = []
        self._length = 0
        self._pos = 0
        if initial_value:
            self.write(initial_value)
            self._pos = 0

    def _text(self):
        parts = self._parts
        if len(parts) > 1:
            parts[:] = ["".join(parts)]
        return parts[0] if parts else ""

    def _translated(self, text):
        newline = self._newline
        if newline is None:
            return text.replace("\r\n", "\n").replace("\r", "\n")
        if newline == "\n" or newline == "":
            return text
        return text.replace("\n", newline)

    def getvalue(self):
        self._check_open()
        return self._text()

    def write(self, text):
        self._check_open()
        if not isinstance(text, str):
            raise TypeError("string argument expected, got %r" % type(text).__name__)
        count = len(text)
        text = self._translated(text)
        if not text:
            return count
        if self._pos == self._length:
            self._parts.append(text)
            self._length += len(text)
            self._pos = self._length
            return count
        old = self._text()
        if self._pos > len(old):
            old += "\0" * (self._pos - len(old))
        new = old[:self._pos] + text + old[self._pos + len(text):]
        self._parts = [new]
        self._length = len(new)
        self._pos += len(text)
        return count

    def read(self, size=-1):
        self._check_open()
        text = self._text()
        start = self._pos
        end = len(text) if size is None or size < 0 else min(start + size, len(text))
        self._pos = max(start, end)
        return text[start:end]

    def readline(self, size=-1):
        self._check_open()
        text = self._text()
        start = self._pos
        newline = self._newline
        if newline == "":
            at = -1
            for mark in ("\n", "\r"):
                found = text.find(mark, start, at if at >= 0 else len(text))
                if found >= 0:
                    at = found
            end = at + (2 if text[at:at + 2] == "\r\n" else 1)
        else:
            mark = newline or "\n"
            at = text.find(mark, start)
            end = at + len(mark)
        if at < 0:
            end = len(text)
        if size is not None and 0 <= size < end - start:
            end = start + size
        self._pos = max(start, end)
        return text[start:end]

    @property
    def line_buffering(self):
        return False

    def tell(self):
        self._check_open()
        return self._pos

    def seek(self, offset, whence=0):
        self._check_open()
        if whence == 0:
            if offset < 0:
                raise ValueError("Negative seek position %d" % offset)
            self._pos = offset
        elif whence not in (1, 2):
            raise ValueError("Invalid whence (%r, should be 0, 1 or 2)" % (whence,))
        elif offset != 0:
            raise OSError("Can't do nonzero cur-relative seeks")
        elif whence == 2:
            self._pos = self._length
        return self._pos

    def truncate(self, size=None):
        self._check_open()
        size = self._pos if size is None else size
        if size < 0:
            raise ValueError("Negative size value %d" % size)
        if size < self._length:
            self._parts = [self._text()[:size]]
            self._length = size
        return size


class BytesIO(BufferedIOBase):
    """Bytes in memory."""

    def readable(self):
        self._check_open()
        return True

    writable = seekable = readable

    def __init__(self, initial_bytes=b""):
        if isinstance(initial_bytes, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        self._data = bytearray(initial_bytes)
        self._pos = 0

    def getvalue(self):
        self._check_open()
        return bytes(self._data)

    def getbuffer(self):
        self._check_open()
        return self._data

    def write(self, data):
        self._check_open()
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        size = len(data)
        if size and self._pos > len(self._data):
            self._data.extend(bytes(self._pos - len(self._data)))
        self._data[self._pos:self._pos + size] = data
        self._pos += size
        return size

    def read(self, size=-1):
        self._check_open()
        start = self._pos
        length = len(self._data)
        end = length if size is None or size < 0 else min(start + size, length)
        self._pos = max(start, end)
        return bytes(self._data[start:end])

    read1 = read

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[:len(data)] = data
        return len(data)

    def readline(self, size=-1):
        self._check_open()
        start = self._pos
        at = self._data.find(b"\n", start)
        end = len(self._data) if at < 0 else at + 1
        if size is not None and 0 <= size < end - start:
            end = start + size
        self._pos = max(start, end)
        return bytes(self._data[start:end])

    def tell(self):
        self._check_open()
        return self._pos

    def seek(self, offset, whence=0):
        self._check_open()
        if whence == 0:
            if offset < 0:
                raise ValueError("negative seek value %d" % offset)
            self._pos = offset
        elif whence == 1:
            self._pos = max(0, self._pos + offset)
        else:
            self._pos = max(0, len(self._data) + offset)
        return self._pos

    def truncate(self, size=None):
        self._check_open()
        size = self._pos if size is None else size
        if size < 0:
            raise ValueError("negative size value %d" % size)
        del self._data[size:]
        return size


class TextIOWrapper(TextIOBase):
    """Text on top of a file of bytes that is written in FL, such as a BytesIO."""

    def __init__(self, buffer, encoding=None, errors=None, newline=None, line_buffering=False,
                 write_through=False):
        if newline not in (None, "", "\n", "\r", "\r\n"):
            raise ValueError("illegal newline value: %r" % (newline,))
        self.buffer = buffer
        self.encoding = encoding or "UTF-8"
        self.errors = errors or "strict"
        self.line_buffering = line_buffering
        self._newline = newline
        self._ahead = None
        self._pending = []

    @property
    def name(self):
        return self.buffer.name

    def _text(self):
        """A StringIO of what is left in the buffer."""
        if self._ahead is None:
            self.flush()
            text = self.buffer.read().decode(self.encoding, self.errors)
            if self._newline is None:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            newline = "\n" if self._newline is None else self._newline
            ahead = StringIO("", "\n")
            ahead.write(text)
            ahead.seek(0)
            ahead._newline = newline
            self._ahead = ahead
        return self._ahead

    def readable(self):
        return self.buffer.readable()

    def writable(self):
        return self.buffer.writable()

    def seekable(self):
        return self.buffer.seekable()

    def read(self, size=-1):
        self._check_open()
        return self._text().read(size)

    def readline(self, size=-1):
        self._check_open()
        return self._text().readline(size)

    def write(self, text):
        self._check_open()
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        self._ahead = None
        data = text
        if self._newline in ("\r", "\r\n"):
            data = data.replace("\n", self._newline)
        self._pending.append(data)
        if self.line_buffering and "\n" in text:
            self.flush()
        return len(text)

    def flush(self):
        if self._pending:
            data = "".join(self._pending).encode(self.encoding, self.errors)
            self._pending = []
            self.buffer.write(data)
        self.buffer.flush()

    def seek(self, offset, whence=0):
        self._check_open()
        self.flush()
        self._ahead = None
        return self.buffer.seek(offset, whence)

    def tell(self):
        self._check_open()
        self.flush()
        if self._ahead is not None:
            left = self._ahead._text()[self._ahead._pos:]
            return self.buffer.tell() - len(left.encode(self.encoding, self.errors))
        return self.buffer.tell()

    def truncate(self, size=None):
        self.flush()
        return self.buffer.truncate(size)

    def detach(self):
        self.flush()
        return self.buffer

    def close(self):
        if not self.closed:
            self.flush()
            self.closed = True
            self.buffer.close()

    def reconfigure(self, *, encoding=None, errors=None, newline=None, line_buffering=None,
                    write_through=None):
        self.flush()
        self.encoding = encoding or self.encoding
        self.errors = errors or self.errors
        if line_buffering is not None:
            self.line_buffering = line_buffering
