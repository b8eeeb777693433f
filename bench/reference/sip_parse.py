#!/usr/bin/env python3
"""What a SIP message costs in pure Python: a sketched sans-IO parser that
splits once, indexes headers lazily and forwards raw header lines, against a
naive eager parse into objects.  Prints microseconds a
message (median of 7 rounds)."""

import hashlib
import json
import os
import re
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sip_parse_core import Msg, param

INVITE = b"""INVITE sip:1002@127.0.0.1:5060 SIP/2.0\r
Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-524287-1---b3a8f1c2d4;rport\r
Max-Forwards: 70\r
Record-Route: <sip:10.0.0.1;lr;ftag=abc>\r
From: "Alice Liddell" <sip:1001@127.0.0.1>;tag=2f7a9c11\r
To: <sip:1002@127.0.0.1:5060>\r
Call-ID: 84b4c76e66710@127.0.0.1\r
CSeq: 1 INVITE\r
Contact: <sip:1001@127.0.0.1:5061;transport=udp>\r
Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, REFER, UPDATE\r
Supported: timer, replaces\r
User-Agent: bench/1.0\r
Content-Type: application/sdp\r
Content-Length: 214\r
\r
v=0\r
o=bench 53655765 2353687637 IN IP4 127.0.0.1\r
s=-\r
c=IN IP4 127.0.0.1\r
t=0 0\r
m=audio 31000 RTP/AVP 0 8 101\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:8 PCMA/8000\r
a=rtpmap:101 telephone-event/8000\r
a=ptime:20\r
a=sendrecv\r
"""


def work_min(d):
    """What dispatch to a transaction needs: branch, method, Call-ID, tags, CSeq."""
    m = Msg(d)
    g = m.get
    return (
        param(g(b"via"), b"branch"),
        g(b"cseq").split(b" "),
        g(b"call-id"),
        param(g(b"from"), b"tag"),
        param(g(b"to"), b"tag"),
    )


def key_of(g):
    """What tells one transaction and one dialog from others."""
    return (
        param(g(b"via"), b"branch"),
        g(b"cseq"),
        g(b"call-id"),
        param(g(b"from"), b"tag"),
        param(g(b"to"), b"tag"),
    )


def work_proxy(d):
    """work_min + forward: new Via on top, Max-Forwards down, Record-Route, request URI replaced."""
    m = Msg(d)
    g = m.get
    key = key_of(g)
    out = m.lines[:]
    i, mf = m._ix[b"max-forwards"][0]
    out[i] = b"Max-Forwards: %d" % (int(mf) - 1)
    out[0] = b"%b %b SIP/2.0" % (m.method, b"sip:1002@127.0.0.1:5070")
    vi = m._ix[b"via"][0][0]
    out[vi] += b";received=127.0.0.1"
    out.insert(
        1,
        b"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK"
        + key[0][-10:]
        + b".0\r\nRecord-Route: <sip:127.0.0.1;lr>",
    )
    return b"\r\n".join(out) + b"\r\n\r\n" + m.body


def work_b2bua(d):
    """work_min + name-addr split + SDP rewrite + a fresh INVITE for the other leg."""
    m = Msg(d)
    g = m.get
    key = key_of(g)
    f = g(b"from")
    i, j = f.index(b"<"), f.index(b">")
    name, uri = f[:i].strip(b' "'), f[i + 1 : j]
    out = []
    for ln in m.body.split(b"\r\n"):
        t = ln[:2]
        if t == b"c=":
            ln = b"c=IN IP4 127.0.0.1"
        elif t == b"m=":
            p = ln.split(b" ")
            p[1] = b"%d" % 12000
            ln = b" ".join(p)
        elif t == b"o=":
            ln = b"o=pbx 1 1 IN IP4 127.0.0.1"
        out.append(ln)
    body = b"\r\n".join(out)
    return b"".join(
        (
            b"INVITE sip:1002@127.0.0.1:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKpbx",
            key[0][-8:],
            b';rport\r\nMax-Forwards: 70\r\nFrom: "',
            name,
            b'" <',
            uri,
            b">;tag=",
            key[3][::-1],
            b"\r\nTo: <sip:1002@127.0.0.1:5070>\r\nCall-ID: ",
            key[2][::-1],
            b"\r\nCSeq: 1 INVITE\r\nContact: <sip:pbx@127.0.0.1:5060>\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"
            b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(body),
            body,
        )
    )


OK = b"".join((b"SIP/2.0 200 OK\r\n", INVITE.partition(b"\r\n")[2]))


def work_response(d):
    m = Msg(d)
    g = m.get
    return m.status, param(g(b"via"), b"branch"), g(b"cseq"), param(g(b"to"), b"tag")


NC = dict(realm="bench", user="u1", pw="secret")


def work_digest(d):
    a1 = hashlib.md5(b"u1:bench:secret").hexdigest()
    a2 = hashlib.md5(b"REGISTER:sip:bench").hexdigest()
    return hashlib.md5(("%s:%s:00000001:ab:auth:%s" % (a1, "nonce123", a2)).encode()).hexdigest()


HDR = re.compile(rb"(?:\A|\r\n)([A-Za-z\-]+)[ \t]*:[ \t]*([^\r]*)")


def work_regex(d):
    head = d[: d.index(b"\r\n\r\n")]
    return HDR.findall(head)


def full_objects(d):
    """Eager parse of every header into str objects with parameter dicts: the naive style."""
    head, _, body = d.decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    hs = []
    for ln in lines[1:]:
        k, _, v = ln.partition(":")
        vals = []
        for part in v.split(","):
            bits = part.strip().split(";")
            vals.append((bits[0], dict(b.partition("=")[::2] for b in bits[1:])))
        hs.append((k.strip().lower(), vals))
    out = [lines[0]]
    for k, vals in hs:
        out.append(
            k.title()
            + ": "
            + ", ".join(v + "".join(f";{a}={b}" for a, b in p.items()) for v, p in vals)
        )
    return ("\r\n".join(out) + "\r\n\r\n" + body).encode()


def bench(f, d, n=20000):
    ts = []
    for _ in range(7):
        t = time.perf_counter()
        for _ in range(n):
            f(d)
        ts.append((time.perf_counter() - t) / n * 1e6)
    return round(statistics.median(ts), 2)


print(json.dumps({"bytes": len(INVITE)}))
for f, d in (
    (work_min, INVITE),
    (work_response, OK),
    (work_proxy, INVITE),
    (work_b2bua, INVITE),
    (work_regex, INVITE),
    (work_digest, b""),
    (full_objects, INVITE),
):
    print(json.dumps({f.__name__: bench(f, d)}), flush=True)
