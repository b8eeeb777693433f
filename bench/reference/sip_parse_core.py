"""Sketch of a lazy sans-IO SIP message (see sip_parse.py)."""

import re

COMPACT = {
    b"v": b"via",
    b"f": b"from",
    b"t": b"to",
    b"i": b"call-id",
    b"m": b"contact",
    b"l": b"content-length",
    b"c": b"content-type",
    b"k": b"supported",
    b"s": b"subject",
    b"e": b"content-encoding",
}


class Msg:
    """Head split into raw lines; names indexed on first use; values parsed on demand."""

    __slots__ = ("start", "lines", "body", "_ix", "is_req", "method", "uri", "status")

    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        if b"\r\n " in head or b"\r\n\t" in head:
            head = re.sub(rb"\r\n[ \t]+", b" ", head)
        lines = head.split(b"\r\n")
        start = lines[0]
        a, b, c = start.split(b" ", 2)
        if a == b"SIP/2.0":
            self.is_req, self.status = False, int(b)
        elif c == b"SIP/2.0":
            self.is_req, self.method, self.uri = True, a, b
        else:
            raise ValueError("start line")
        self.start, self.lines, self._ix = start, lines, None

    def index(self):
        ix = {}
        n = 0
        for ln in self.lines[1:]:
            n += 1
            k, _, v = ln.partition(b":")
            k = k.strip().lower()
            k = COMPACT.get(k, k)
            if k in ix:
                ix[k].append((n, v.strip()))
            else:
                ix[k] = [(n, v.strip())]
        self._ix = ix
        return ix

    def get(self, name):
        ix = self._ix or self.index()
        v = ix.get(name)
        return v[0][1] if v else None


def param(v, name):
    i = v.find(b";" + name + b"=")
    if i < 0:
        return None
    i += len(name) + 2
    j = v.find(b";", i)
    return v[i:] if j < 0 else v[i:j]
