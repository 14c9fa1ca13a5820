"""Files in memory."""

SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2
DEFAULT_BUFFER_SIZE = 8192

open = open


class UnsupportedOperation(OSError, ValueError):
    pass


class IOBase:
    """What streams have in common."""

    closed = False

    def __enter__(self):
        self._check_open()
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.close()

    def __iter__(self):
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
        self.closed = True

    def flush(self):
        self._check_open()

    def isatty(self):
        return False

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return True

    def fileno(self):
        raise UnsupportedOperation("fileno")

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
        for line in lines:
            self.write(line)


class TextIOBase(IOBase):
    encoding = None
    errors = None
    newlines = None


class RawIOBase(IOBase):
    pass


class BufferedIOBase(IOBase):
    pass


class StringIO(TextIOBase):
    """Text in memory. Writing at the end, the usual case, only adds to a list."""

    def __init__(self, initial_value="", newline="\n"):
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
        at = text.find("\n", start)
        end = len(text) if at < 0 else at + 1
        if size is not None and 0 <= size < end - start:
            end = start + size
        self._pos = max(start, end)
        return text[start:end]

    def tell(self):
        self._check_open()
        return self._pos

    def seek(self, offset, whence=0):
        self._check_open()
        if whence == 0:
            if offset < 0:
                raise ValueError("Negative seek position %d" % offset)
            self._pos = offset
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

    def __init__(self, initial_bytes=b""):
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
