"""Strings built by joining, adding, slicing, formatting, and taken apart."""
import sys


def checksum(text):
    h = 7
    for ch in text:
        h = (h * 31 + ord(ch)) % 65521
    return h


def words(i):
    parts = []
    for k in range(20):
        parts.append(str(i * 20 + k))
    return ",".join(parts)


def reverse_by_adding(text):
    out = ""
    for ch in text:
        out = ch + out
    return out


def caesar(text, shift):
    out = []
    for ch in text:
        code = ord(ch)
        if 48 <= code <= 57:
            code = 48 + (code - 48 + shift) % 10
        out.append(chr(code))
    return "".join(out)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 60000
    total = 0
    length = 0
    for i in range(n):
        text = words(i)
        length += len(text)
        total = (total + checksum(reverse_by_adding(text[:60]))) % 1000003
        total = (total + checksum(caesar(text, i % 10))) % 1000003
        fields = text.split(",")
        total += len(fields) + int(fields[i % 20]) % 17
        line = "[%5d|%s|%x]" % (i, fields[0], i)
        total += len(line.replace("|", "::").upper())
        if "99" in text:
            total += text.find("99")
    print("string_building(%d): %d %d" % (n, length, total))


main()
