"""A bot for a live chat, with nothing but Python: answers two questions, else calls a person.

WEBHOOK_SECRET=whsec_… python bot.py 9000
"""

import base64
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
ANSWERS = {
    "Opening hours": "We are open from nine to six, Monday to Friday.",
    "Where are you?": "In Harbour Street 12, next to the ferry.",
}
CHOICES = [*ANSWERS, "Talk to somebody"]


def reply_to(told):
    """What the bot says to what it is told."""
    if told["type"] == "bot.started":
        return {"messages": [{"text": "Hello! What would you like to know?", "choices": CHOICES}]}
    if told["type"] != "bot.message":
        return {}
    asked = told["data"]["event"]["body"].get("text", "")
    if asked in ANSWERS:
        return {"messages": [{"text": ANSWERS[asked], "choices": CHOICES}]}
    last = {"text": "I will get you somebody who knows."}
    return {"messages": [last], "handover": True, "note": f"The visitor asked: {asked}"}


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        named = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
        right = b"v1," + base64.b64encode(hmac.digest(KEY, named.encode() + body, "sha256"))
        given = self.headers["webhook-signature"].encode().split(b" ")
        fresh = abs(time.time() - int(self.headers["webhook-timestamp"])) < 300
        holds = fresh and any(hmac.compare_digest(right, each) for each in given)
        self.send_response(200 if holds else 401)
        self.end_headers()
        self.wfile.write(json.dumps(reply_to(json.loads(body)) if holds else {}).encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
