#!/usr/bin/env python3
"""Drive SIPp against a SIP server and measure the server's CPU.

  sip_bench.py register|call|message|options --host H --port P --pid PID ...

Each step runs SIPp at one rate for --secs seconds; a step is good when less
than 1 % of its calls failed and at least 95 % of the wanted rate was completed
in time (an overloaded server answers all of them, late).
--rates 100,200 runs these; --search LO doubles from LO until a step fails,
then bisects (ratio 1.08) and prints the best rate.  Server CPU is read from
/proc for --pid and all its descendants, so several workers add up.

Prints one JSON line a step: rate wanted and reached, failed %, retransmitted
requests, mean and p95-bucket response times in ms, server CPU % and server
CPU microseconds per call.
"""

import argparse
import csv
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TCK = os.sysconf("SC_CLK_TCK")


def tree(pids):
    kids = {}
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                s = open(f"/proc/{d}/stat").read()
            except OSError:
                continue
            kids.setdefault(int(s.rsplit(")", 1)[1].split()[1]), []).append(int(d))
    out, todo = set(), list(pids)
    while todo:
        p = todo.pop()
        if p not in out:
            out.add(p)
            todo += kids.get(p, [])
    return out


def cpu(pids):
    t = 0
    for p in tree(pids):
        try:
            f = open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        t += int(f[11]) + int(f[12])
    return t / TCK


def rss(pids):
    t = 0
    for p in tree(pids):
        try:
            t += int(open(f"/proc/{p}/statm").read().split()[1]) * 4096
        except OSError:
            pass
    return t


def machine():
    """Busy and stolen CPU seconds of the whole machine, to see a noisy neighbour."""
    f = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
    return (sum(f) - f[3] - f[4] - f[7]) / TCK, f[7] / TCK


def children():
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return r.ru_utime + r.ru_stime


def quiet(o):
    """Wait up to --quiet seconds for a moment when other programs use little CPU."""
    for _ in range(o.quiet):
        a, c0 = machine()[0], cpu(o.pid)
        time.sleep(0.5)
        if (machine()[0] - a - cpu(o.pid) + c0) / 0.5 < 0.15:
            return
        time.sleep(0.5)


def sipp(args, extra, cwd, core):
    cmd = ["taskset", "-c", str(core)] if core is not None else []
    cmd += ["sipp"] + args + extra
    return subprocess.Popen(
        cmd, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def p95(row, n):
    b = [(k, int(v)) for k, v in row.items() if k.startswith(f"ResponseTimeRepartition{n}_")]
    tot, acc = sum(v for _, v in b), 0
    for k, v in b:
        acc += v
        if tot and acc >= 0.95 * tot:
            return k.split("_")[-1]
    return None


def ms(s):
    # SIPp writes hh:mm:ss:uuuuuu
    try:
        h, m, sec, us = s.split(":")
        return round((int(h) * 3600 + int(m) * 60 + int(sec)) * 1e3 + int(us) / 1e3, 2)
    except ValueError:
        return s


def step(o, rate, secs):
    tmp = tempfile.mkdtemp()
    n = max(1, int(rate * secs))
    uac_port = random.randrange(20000, 30000)
    rp = 1000
    a = [
        f"{o.host}:{o.port}",
        "-i",
        o.local,
        "-p",
        str(uac_port),
        "-mp",
        "31000",
        "-t",
        o.transport,
        "-m",
        str(n),
        "-r",
        str(rate),
        "-rp",
        str(rp),
        "-l",
        "60000",
        "-nostdin",
        "-trace_stat",
        "-stf",
        "stat.csv",
        "-fd",
        "1",
        "-timeout",
        str(secs + o.hold / 1000 + 15),
        "-timeout_error",
        "-max_retrans",
        "6",
        "-buff_size",
        "4000000",
        "-aa",
    ]
    if o.mode == "register":
        with open(tmp + "/users.csv", "w") as f:
            f.write("SEQUENTIAL\n")
            for i in range(o.users):
                u = f"u{i}"
                f.write(f"{u};[authentication username={u} password={o.password}]\n")
        a += ["-sf", f"{HERE}/register_auth.xml", "-inf", "users.csv", "-s", o.realm]
    elif o.mode == "call":
        a += [
            "-sf",
            f"{HERE}/uac_call.xml",
            "-s",
            o.callee,
            "-key",
            "from_user",
            o.caller,
            "-d",
            str(o.hold),
        ]
    elif o.mode == "message":
        a += ["-sf", f"{HERE}/uac_message.xml", "-s", o.callee, "-key", "from_user", o.caller]
    else:
        a += ["-sf", f"{HERE}/uac_options.xml", "-s", o.callee, "-key", "from_user", o.caller]
    uas = None
    if o.uas_port and o.mode in ("call", "message"):
        sf = "uas_call.xml" if o.mode == "call" else "uas_message.xml"
        uas = sipp(
            [
                "-sf",
                f"{HERE}/{sf}",
                "-i",
                o.local,
                "-p",
                str(o.uas_port),
                "-mp",
                "35000",
                "-t",
                o.transport,
                "-nostdin",
                "-buff_size",
                "4000000",
            ],
            [],
            tmp,
            o.core,
        )
        time.sleep(0.4)
    m0, k0 = machine(), children()
    c0, t0 = cpu(o.pid), time.time()
    p = sipp(a, [], tmp, o.core)
    try:
        p.wait(secs + o.hold / 1000 + 25)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()
    c1, t1 = cpu(o.pid), time.time()
    if uas:
        uas.kill()
        uas.wait()
    m1, k1 = machine(), children()
    rows = (
        list(csv.DictReader(open(tmp + "/stat.csv"), delimiter=";"))
        if os.path.exists(tmp + "/stat.csv")
        else []
    )
    shutil.rmtree(tmp)
    if o.pid and not rss(o.pid):
        sys.exit("the server is gone")
    if not rows:
        return dict(rate=rate, error="no statistics")
    r = rows[-1]
    good, bad = int(r["SuccessfulCall(C)"]), int(r["FailedCall(C)"])
    bad += n - good - bad  # calls never finished
    el = max(0.001, t1 - t0 - o.hold / 1000 - 0.1)
    mid = [float(x["CallRate(P)"]) for x in rows[2:-1]] or [good / el]
    mid.sort()
    out = dict(
        mode=o.mode,
        rate=rate,
        reached=round(good / el, 1),
        median_rate=round(mid[len(mid) // 2], 1),
        ok=good,
        failed_pct=round(100 * bad / n, 2),
        retrans=int(r["Retransmissions(C)"]),
        rt1_ms=ms(r["ResponseTime1(C)"]),
        rt1_p95=p95(r, 1),
        server_cpu_pct=round(100 * (c1 - c0) / (t1 - t0), 1),
        cpu_us_per_call=round(1e6 * (c1 - c0) / max(1, good), 1),
        rss_mb=round(rss(o.pid) / 1e6, 1),
    )
    out["sipp_cpu_pct"] = round(100 * (k1 - k0) / (t1 - t0), 1)
    out["others_pct"] = round(100 * (m1[0] - m0[0] - (c1 - c0) - (k1 - k0)) / (t1 - t0), 1)
    out["steal_pct"] = round(100 * (m1[1] - m0[1]) / (t1 - t0), 1)
    out["good"] = out["failed_pct"] < 1 and out["reached"] >= 0.95 * rate
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("mode", choices=["register", "call", "message", "options"])
    ap.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    ap.add_argument("--port", type=int, default=int(os.environ.get("PORT", 5060)))
    ap.add_argument("--local", default="127.0.0.1")
    ap.add_argument("--transport", default="u1")
    ap.add_argument("--pid", type=int, action="append", default=[])
    ap.add_argument("--core", type=int, default=None, help="core SIPp is bound to")
    ap.add_argument("--users", type=int, default=1000)
    ap.add_argument("--password", default="secret")
    ap.add_argument("--realm", default="bench")
    ap.add_argument("--caller", default="uac")
    ap.add_argument("--callee", default="uas")
    ap.add_argument("--uas-port", type=int, default=5070)
    ap.add_argument("--hold", type=int, default=500)
    ap.add_argument("--secs", type=float, default=8)
    ap.add_argument("--rates", default="")
    ap.add_argument("--search", type=int, default=0)
    ap.add_argument("--repeat", type=int, default=1)
    ap.add_argument(
        "--quiet", type=int, default=0, help="seconds to wait for an idle machine before each step"
    )
    ap.add_argument("--label", default="")
    o = ap.parse_args()

    def go(rate):
        for _ in range(1 + bool(o.quiet)):
            quiet(o)
            d = step(o, rate, o.secs)
            if d.get("others_pct", 0) < 40:
                break
        d["label"] = o.label
        print(json.dumps(d), flush=True)
        time.sleep(1)
        return d.get("good", False)

    if o.rates:
        for r in o.rates.split(","):
            for _ in range(o.repeat):
                go(int(r))
    if o.search:
        lo, hi = 0, o.search
        while go(hi):
            lo, hi = hi, hi * 2
        while lo and hi / lo > 1.08:
            m = int((lo * hi) ** 0.5)
            lo, hi = (m, hi) if go(m) else (lo, m)
        print(json.dumps(dict(label=o.label, mode=o.mode, max_rate=lo)), flush=True)


if __name__ == "__main__":
    main()
