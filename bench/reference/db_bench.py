#!/usr/bin/env python3
"""Durable writes and reads: aiosqlite (single row, group commit) and asyncpg.
db_bench.py DIR [postgres-dsn]     DIR must be on a real disk; 3 rounds each, median printed."""

import asyncio
import json
import os
import sqlite3
import statistics
import sys
import time

import aiosqlite

DIR, DSN = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
SQL = (
    "create table if not exists m(id integer primary key, room text, who text, body text, at real)"
)
ROW = ("room-1", "visitor-17", "hello, is my order on its way today? thank you very much", 1.0)
INS = "insert into m(room,who,body,at) values(?,?,?,?)"


def say(what, rates):
    print(
        json.dumps(
            dict(what=what, per_s=round(statistics.median(rates)), rounds=[round(r) for r in rates])
        ),
        flush=True,
    )


async def sqlite(sync, tag):
    p = f"{DIR}/b-{tag}.db"
    for s in ("", "-wal", "-shm"):
        if os.path.exists(p + s):
            os.unlink(p + s)
    db = await aiosqlite.connect(p, isolation_level=None)
    await db.execute("pragma journal_mode=wal")
    await db.execute(f"pragma synchronous={sync}")
    await db.execute(SQL)

    async def one(n):
        t = time.perf_counter()
        for _ in range(n):
            await db.execute(INS, ROW)
        return n / (time.perf_counter() - t)

    say(f"aiosqlite single-row commits, synchronous={sync}", [await one(800) for _ in range(3)])

    # group commit: 200 producers await durability, one writer commits what is queued
    async def group(n, prod):
        q, loop = asyncio.Queue(), asyncio.get_running_loop()

        def tx(rows):
            c = db._conn
            c.execute("begin immediate")
            c.executemany(INS, rows)
            c.execute("commit")

        async def writer():
            while True:
                item = [await q.get()]
                while not q.empty() and len(item) < 500:
                    item.append(q.get_nowait())
                await db._execute(tx, [r for r, _ in item])
                for _, f in item:
                    f.set_result(None)

        w = asyncio.create_task(writer())

        async def producer(k):
            for _ in range(k):
                f = loop.create_future()
                q.put_nowait((ROW, f))
                await f

        t = time.perf_counter()
        await asyncio.gather(*(producer(n // prod) for _ in range(prod)))
        r = n / (time.perf_counter() - t)
        w.cancel()
        return r

    for prod in (20, 200):
        say(
            f"aiosqlite group commit, {prod} waiting producers, synchronous={sync}",
            [await group(20000 if prod == 200 else 4000, prod) for _ in range(3)],
        )

    async def reads(n):
        t = time.perf_counter()
        for i in range(n):
            async with db.execute("select * from m where id=?", (i + 1,)) as c:
                await c.fetchone()
        return n / (time.perf_counter() - t)

    if sync == "NORMAL":
        say("aiosqlite point reads, one after another", [await reads(3000) for _ in range(3)])

        async def reads1(n):
            def f(i):
                return db._conn.execute("select * from m where id=?", (i,)).fetchone()

            t = time.perf_counter()
            for i in range(n):
                await db._execute(f, i + 1)
            return n / (time.perf_counter() - t)

        say("aiosqlite point reads, one thread hop each", [await reads1(3000) for _ in range(3)])
    await db.close()
    c = sqlite3.connect(p)
    c.execute(f"pragma synchronous={sync}")
    rs = []
    for _ in range(3):
        t = time.perf_counter()
        for i in range(20000):
            c.execute("select * from m where id=?", (i + 1,)).fetchone()
        rs.append(20000 / (time.perf_counter() - t))
    say("sqlite3 in-thread point reads (no hop)", rs)
    rs = []
    for _ in range(3):
        t = time.perf_counter()
        for i in range(500):
            c.execute(INS, ROW)
            c.commit()
        rs.append(500 / (time.perf_counter() - t))
    say(f"sqlite3 in-thread single-row commits, synchronous={sync}", rs)
    c.close()


async def pg():
    import asyncpg

    pool = await asyncpg.create_pool(DSN, min_size=10, max_size=10)
    async with pool.acquire() as c:
        await c.execute(
            "drop table if exists m; create table m(id serial primary key, room text, who text, body text, at float8)"
        )
        ins = "insert into m(room,who,body,at) values($1,$2,$3,$4)"

        async def one(n):
            t = time.perf_counter()
            for _ in range(n):
                await c.execute(ins, *ROW)
            return n / (time.perf_counter() - t)

        say("asyncpg single-row commits, 1 connection", [await one(800) for _ in range(3)])

        async def rd(n):
            t = time.perf_counter()
            for i in range(n):
                await c.fetchrow("select * from m where id=$1", i + 1)
            return n / (time.perf_counter() - t)

        say("asyncpg point reads, 1 connection", [await rd(3000) for _ in range(3)])

    async def many(n, tasks, sql, arg):
        async def t1(k):
            for i in range(k):
                async with pool.acquire() as c:
                    await c.fetch(sql, *arg)

        t = time.perf_counter()
        await asyncio.gather(*(t1(n // tasks) for _ in range(tasks)))
        return n / (time.perf_counter() - t)

    say(
        "asyncpg single-row commits, 200 tasks over 10 connections",
        [await many(8000, 200, ins, ROW) for _ in range(3)],
    )
    say(
        "asyncpg point reads, 200 tasks over 10 connections",
        [await many(8000, 200, "select * from m where id=$1", (7,)) for _ in range(3)],
    )
    await pool.close()


async def main():
    t = []
    fd = os.open(f"{DIR}/f", os.O_CREAT | os.O_WRONLY)
    for _ in range(300):
        os.write(fd, b"x" * 4096)
        a = time.perf_counter()
        os.fdatasync(fd)
        t.append((time.perf_counter() - a) * 1e6)
    print(
        json.dumps(
            dict(
                what="fdatasync of 4 KiB appended",
                median_us=round(statistics.median(t)),
                p99_us=round(sorted(t)[297]),
            )
        ),
        flush=True,
    )
    for s in ("FULL", "NORMAL"):
        await sqlite(s, s)
    if DSN:
        await pg()


asyncio.run(main())
