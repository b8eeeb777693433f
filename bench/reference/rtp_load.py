#!/usr/bin/env python3
"""Set up N calls through a SIP server and push G.711 RTP through them.

  rtp_load.py --host H --port P --pid PID --calls 100,200 --secs 10

Caller and callee live in this one process: caller SIP on --uac-port, callee on
--uas-port (the server must send calls for --callee there).  All caller media
comes from ONE socket and all callee media from another, so the server's own
ports tell the calls apart; packets go out with sendmmsg, spread over each
20 ms period in 2 ms slices.  With --no-uas only the caller leg exists (echo,
conference).  Payload carries a send time; with --latency the far end's copy
gives the relay delay (only where the server does not transcode or mix).

One JSON line per call count: packets sent, received, loss %, delay
percentiles in microseconds, server CPU %, packets relayed per server CPU
second, server CPU microseconds per packet and per call-second.
"""

import argparse
import ctypes as C
import json
import os
import re
import select
import socket
import struct
import sys
import time

import numpy as np
from sip_bench import cpu, rss

libc = C.CDLL(None, use_errno=True)


class iovec(C.Structure):
    _fields_ = [("base", C.c_void_p), ("len", C.c_size_t)]


class msghdr(C.Structure):
    _fields_ = [
        ("name", C.c_void_p),
        ("namelen", C.c_uint32),
        ("iov", C.c_void_p),
        ("iovlen", C.c_size_t),
        ("control", C.c_void_p),
        ("controllen", C.c_size_t),
        ("flags", C.c_int),
    ]


class mmsghdr(C.Structure):
    _fields_ = [("hdr", msghdr), ("len", C.c_uint)]


def sockaddr(a):
    return struct.pack("<HH4s8x", socket.AF_INET, socket.htons(a[1]), socket.inet_aton(a[0]))


PKT = np.dtype(
    [
        ("h", "u1", 2),
        ("seq", ">u2"),
        ("ts", ">u4"),
        ("ssrc", ">u4"),
        ("t", "<u8"),
        ("call", "<u4"),
        ("pay", "u1", 148),
    ]
)


class Media:
    """One UDP socket carrying one direction of every call."""

    def __init__(self, host, port):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for o in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self.s.setsockopt(socket.SOL_SOCKET, o, 4 << 20)
        self.s.bind((host, port))
        self.s.setblocking(False)
        self.B = 256
        self.rbuf = np.zeros((self.B, 512), "u1")
        self.riov = (iovec * self.B)()
        self.rm = (mmsghdr * self.B)()
        for i in range(self.B):
            self.riov[i].base = self.rbuf.ctypes.data + 512 * i
            self.riov[i].len = 512
            self.rm[i].hdr.iov = C.addressof(self.riov[i])
            self.rm[i].hdr.iovlen = 1
        self.rcvd, self.sent, self.lat = 0, 0, []

    def targets(self, addrs, pt, slices):
        """Prepare one packet a call; slices = list of (start, stop)."""
        n = len(addrs)
        self.p = np.zeros(n, PKT)
        self.p["h"] = (0x80, pt)
        self.p["ssrc"] = np.arange(n) + 1000
        self.p["call"] = np.arange(n)
        self.p["pay"] = np.random.randint(0, 255, (n, 148))
        self.sa = C.create_string_buffer(b"".join(map(sockaddr, addrs)), 16 * n)
        self.siov = (iovec * n)()
        self.sm = (mmsghdr * n)()
        for i in range(n):
            self.siov[i].base = self.p.ctypes.data + PKT.itemsize * i
            self.siov[i].len = PKT.itemsize
            h = self.sm[i].hdr
            h.iov, h.iovlen = C.addressof(self.siov[i]), 1
            h.name, h.namelen = C.addressof(self.sa) + 16 * i, 16
        self.slices = slices

    def send(self, k):
        a, b = self.slices[k]
        if a == b:
            return
        v = self.p[a:b]
        v["seq"] += 1
        v["ts"] += 160
        v["t"] = time.monotonic_ns()
        done = a
        while done < b:
            r = libc.sendmmsg(self.s.fileno(), C.byref(self.sm[done]), b - done, 0)
            if r <= 0:
                break
            done += r
        self.sent += done - a

    def drain(self, latency):
        while True:
            r = libc.recvmmsg(self.s.fileno(), self.rm, self.B, 0x40, None)
            if r <= 0:
                return
            self.rcvd += r
            if latency:
                now = time.monotonic_ns()
                t = self.rbuf[:r, 12:20].copy().view("<u8")[:, 0]
                d = now - t.astype("i8")
                self.lat.append(d[(d > 0) & (d < 5_000_000_000)])
            if r < self.B:
                return


def sdp(ip, port, pt):
    name = {0: "PCMU", 8: "PCMA"}[pt]
    return (
        f"v=0\r\no=b 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {pt}\r\na=rtpmap:{pt} {name}/8000\r\na=ptime:20\r\na=sendrecv\r\n"
    )


def media_addr(body):
    return (re.search(r"c=IN IP4 (\S+)", body)[1], int(re.search(r"m=audio (\d+)", body)[1]))


def hdrs(msg):
    head, _, body = msg.partition("\r\n\r\n")
    lines = head.split("\r\n")
    d = {}
    for ln in lines[1:]:
        k, _, v = ln.partition(":")
        d.setdefault(k.strip().lower(), []).append(v.strip())
    return lines[0], d, body


class Calls:
    def __init__(self, o):
        self.o = o
        self.ua = self.sock(o.uac_port)
        self.us = None if o.no_uas else self.sock(o.uas_port)
        self.legs_a, self.legs_b, self.dlg = {}, {}, {}
        self.ended = 0

    def sock(self, port):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        s.bind((self.o.local, port))
        s.setblocking(False)
        return s

    def req(self, i, method, cseq, uri, to_tag="", routes=(), body=""):
        o = self.o
        m = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {o.local}:{o.uac_port};branch=z9hG4bK{self.run}-{i}-{cseq}{method};rport",
            "Max-Forwards: 70",
        ]
        m += [f"Route: {r}" for r in routes]
        m += [
            f"From: <sip:{o.caller}@{o.host}>;tag=t{i}",
            f"To: <sip:{o.callee}@{o.host}>{to_tag}",
            f"Call-ID: {self.run}-{i}@bench",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{o.caller}@{o.local}:{o.uac_port}>",
        ]
        if body:
            m.append("Content-Type: application/sdp")
        m.append(f"Content-Length: {len(body)}")
        self.ua.sendto(("\r\n".join(m) + "\r\n\r\n" + body).encode(), (o.host, o.port))

    def pump(self, wait):
        fds = [self.ua] + ([self.us] if self.us else [])
        for s in select.select(fds, [], [], wait)[0]:
            while True:
                try:
                    data, src = s.recvfrom(65536)
                except BlockingIOError:
                    break
                (self.on_a if s is self.ua else self.on_b)(data.decode(), src)

    def on_a(self, msg, src):
        line, h, body = hdrs(msg)
        if not line.startswith("SIP/2.0"):
            if line.startswith(("BYE", "OPTIONS", "INVITE", "UPDATE", "NOTIFY")):
                self.reply(self.ua, line, h, src, 200)
            return
        code, cs = int(line.split()[1]), h["cseq"][0].split()
        i = int(h["call-id"][0].split("@")[0].split("-")[1])
        if not h["call-id"][0].startswith(self.run + "-"):
            return
        if cs[1] == "INVITE" and code >= 200:
            tag = re.search(r";tag=[^;>\s]+", h["to"][0])[0]
            if code >= 300:
                print("call refused", line, file=sys.stderr)
                return
            routes = list(
                reversed([r.strip() for v in h.get("record-route", []) for r in v.split(",")])
            )
            uri = re.search(r"<([^>]+)>", h["contact"][0])[1]
            self.req(i, "ACK", 1, uri, tag, routes)
            if i not in self.dlg:
                self.dlg[i] = (uri, tag, routes)
                self.legs_a[i] = media_addr(body)
        elif cs[1] == "BYE" and code >= 200:
            self.ended += 1

    def reply(self, s, line, h, src, code, body="", tag="", contact=""):
        m = [f"SIP/2.0 {code} OK" if code == 200 else f"SIP/2.0 {code} Ringing"]
        for k, name in (("via", "Via"), ("record-route", "Record-Route"), ("from", "From")):
            m += [f"{name}: {v}" for v in h.get(k, [])]
        m += [
            f"To: {h['to'][0]}{tag if ';tag=' not in h['to'][0] else ''}",
            f"Call-ID: {h['call-id'][0]}",
            f"CSeq: {h['cseq'][0]}",
        ]
        if contact:
            m.append(f"Contact: {contact}")
        if body:
            m.append("Content-Type: application/sdp")
        m.append(f"Content-Length: {len(body)}")
        s.sendto(("\r\n".join(m) + "\r\n\r\n" + body).encode(), src)

    def on_b(self, msg, src):
        line, h, body = hdrs(msg)
        o = self.o
        if line.startswith("INVITE"):
            n = h["call-id"][0]
            k = self.legs_b.setdefault(n, media_addr(body)) and n
            c = f"<sip:{o.callee}@{o.local}:{o.uas_port}>"
            tag = ";tag=b" + str(abs(hash(k)) % 10**9)
            self.reply(self.us, line, h, src, 180, tag=tag, contact=c)
            self.reply(self.us, line, h, src, 200, sdp(o.local, o.rtp_b, o.pt_b), tag, c)
        elif not line.startswith(("SIP/2.0", "ACK")):
            self.reply(self.us, line, h, src, 200)

    def setup(self, n):
        self.run = f"r{os.getpid()}x{n}x{int(time.time()) % 100000}"
        self.legs_a, self.legs_b, self.dlg, self.ended = {}, {}, {}, 0
        for i in range(n):
            self.req(
                i,
                "INVITE",
                1,
                f"sip:{self.o.callee}@{self.o.host}:{self.o.port}",
                "",
                (),
                sdp(self.o.local, self.o.rtp_a, 0),
            )
            end = time.time() + 1 / self.o.setup_rate
            while time.time() < end:
                self.pump(0.002)
        end = time.time() + 4
        while time.time() < end and len(self.dlg) < n:
            self.pump(0.05)
        return len(self.dlg)

    def teardown(self):
        for i, (uri, tag, routes) in self.dlg.items():
            self.req(i, "BYE", 2, uri, tag, routes)
            self.pump(0.003)
        end = time.time() + 3
        while time.time() < end and self.ended < len(self.dlg):
            self.pump(0.05)


def main():
    ap = argparse.ArgumentParser()
    A = ap.add_argument
    A("--host", default=os.environ.get("HOST", "127.0.0.1"))
    A("--port", type=int, default=int(os.environ.get("PORT", 5060)))
    A("--local", default="127.0.0.1")
    A("--pid", type=int, action="append", default=[])
    A("--calls", default="50")
    A("--secs", type=float, default=10)
    A("--caller", default="uac")
    A("--callee", default="uas")
    A("--uac-port", type=int, default=5075)
    A("--uas-port", type=int, default=5070)
    A("--rtp-a", type=int, default=41000)
    A("--rtp-b", type=int, default=41002)
    A("--pt-b", type=int, default=0, help="8 makes the server transcode")
    A("--setup-rate", type=float, default=50)
    A("--no-uas", action="store_true")
    A("--latency", action="store_true")
    A("--label", default="")
    o = ap.parse_args()
    cl = Calls(o)
    ma = Media(o.local, o.rtp_a)
    mb = None if o.no_uas else Media(o.local, o.rtp_b)
    for n in map(int, o.calls.split(",")):
        up = cl.setup(n)
        if not up:
            print(json.dumps(dict(label=o.label, calls=n, error="no call answered")))
            continue
        S = 10
        cut = [round(up * k / S) for k in range(S + 1)]
        sl = [(cut[k], cut[k + 1]) for k in range(S)]
        ma.targets([cl.legs_a[i] for i in sorted(cl.legs_a)], 0, sl)
        ends = [ma]
        if mb:
            lb = list(cl.legs_b.values())
            mb.targets((lb + lb)[:up], o.pt_b, sl)
            ends.append(mb)

        fds = [m.s for m in ends]

        def play(secs):
            t, k = time.monotonic(), 0
            stop, nxt, late = t + secs, t, 0
            while nxt < stop:
                for m in ends:
                    m.send(k % S)
                for m in ends:
                    m.drain(o.latency)
                k += 1
                nxt += 0.002
                late = max(late, time.monotonic() - nxt)
                while (d := nxt - time.monotonic()) > 0:
                    if not o.latency:
                        time.sleep(d)
                    elif select.select(fds, [], [], d)[0]:
                        for m in ends:
                            m.drain(True)
                cl.pump(0)
            return late

        play(1.5)  # warm up, symmetric RTP learning
        time.sleep(0.2)
        for m in ends:
            m.drain(False)
            m.sent = m.rcvd = 0
            m.lat = []
        c0, t0 = cpu(o.pid), time.monotonic()
        late = play(o.secs)
        c1, t1 = cpu(o.pid), time.monotonic()
        time.sleep(0.3)
        for m in ends:
            m.drain(False)
        sent, rcvd = sum(m.sent for m in ends), sum(m.rcvd for m in ends)
        used = c1 - c0
        out = dict(
            label=o.label,
            calls=n,
            up=up,
            secs=round(t1 - t0, 1),
            sent=sent,
            rcvd=rcvd,
            pps=round(rcvd / (t1 - t0)),
            loss_pct=round(100 * (1 - rcvd / max(1, sent)), 2),
            server_cpu_pct=round(100 * used / (t1 - t0), 1),
            generator_late_ms=round(late * 1e3, 1),
            pkts_per_cpu_s=round(rcvd / used) if used else None,
            cpu_us_per_pkt=round(1e6 * used / max(1, rcvd), 2),
            rss_mb=round(rss(o.pid) / 1e6, 1),
        )
        if o.latency:
            lat = np.concatenate([x for m in ends for x in m.lat] or [np.zeros(1)]) / 1e3
            out["delay_us"] = {q: round(float(np.percentile(lat, q))) for q in (50, 95, 99, 99.9)}
        print(json.dumps(out), flush=True)
        cl.teardown()
        time.sleep(1)


if __name__ == "__main__":
    main()
