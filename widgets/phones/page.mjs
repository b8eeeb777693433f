// Phones of JsSIP and SIP.js for tests: one form for both, so that a test asks both the same.
import JsSIP from "jssip";
import { Messager, Registerer, RegistererState, Subscriber, UserAgent } from "sip.js";

/** Resolves when `begin` calls its argument, fails after ten seconds. */
const heard = (what, begin) =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${what}: nothing heard`)), 10_000);
    begin((value) => {
      clearTimeout(late);
      resolve(value);
    });
  });

class JsSipPhone {
  received = [];
  constructor({ server, user, domain, password, authorizationUser }) {
    this.domain = domain;
    this.ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(server)],
      uri: `sip:${user}@${domain}`,
      password,
      authorization_user: authorizationUser ?? user,
      register: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 2,
    });
    this.ua.on("newMessage", ({ originator, request }) => {
      if (originator === "remote") this.received.push(request.body);
    });
  }
  register() {
    return heard("register", (done) => {
      this.ua.on("registered", ({ response }) => done(response.status_code));
      this.ua.on("registrationFailed", ({ response, cause }) => done(response?.status_code ?? cause));
      this.ua.on("connected", () => this.ua.register());
      this.ua.start();
    });
  }
  registered() {
    return this.ua.isRegistered();
  }
  send(number, text) {
    return heard("message", (done) => {
      const target = `sip:${number}@${this.domain}`;
      const told = ({ response, cause }) => done(response?.status_code ?? cause);
      this.ua.sendMessage(target, text, { eventHandlers: { succeeded: told, failed: told } });
    });
  }
  options() {
    return heard("options", (done) => {
      const told = ({ response, cause }) => done(response?.status_code ?? cause);
      const eventHandlers = { succeeded: told, failed: told };
      this.ua.sendOptions(`sip:${this.domain}`, "", { eventHandlers });
    });
  }
  /** The body and content type of the first NOTIFY. */
  subscribe(number, event, accept) {
    return heard("subscribe", (done) => {
      const target = `sip:${number}@${this.domain}`;
      const options = { expires: 600, contentType: accept };
      this.subscriber = this.ua.subscribe(target, event, accept, options);
      this.subscriber.on("notify", (_final, _request, body, type) => done([type, body]));
      this.subscriber.on("terminated", (code, reason) => done([`terminated ${code}`, reason]));
      this.subscriber.subscribe();
    });
  }
  unregister() {
    return heard("unregister", (done) => {
      this.ua.on("unregistered", ({ response }) => done(response?.status_code ?? 0));
      this.ua.unregister();
    });
  }
}

class SipJsPhone {
  received = [];
  constructor({ server, user, domain, password, authorizationUser }) {
    this.domain = domain;
    this.ua = new UserAgent({
      uri: UserAgent.makeURI(`sip:${user}@${domain}`),
      transportOptions: { server },
      authorizationUsername: authorizationUser ?? user,
      authorizationPassword: password,
      logLevel: "warn",
      delegate: {
        onMessage: (message) => {
          this.received.push(message.request.body);
          message.accept();
        },
      },
    });
    this.registerer = new Registerer(this.ua);
  }
  async register() {
    await this.ua.start();
    return heard("register", (done) => {
      this.registerer.register({
        requestDelegate: {
          onAccept: ({ message }) => done(message.statusCode),
          onReject: ({ message }) => done(message.statusCode),
        },
      });
    });
  }
  registered() {
    return this.registerer.state === RegistererState.Registered;
  }
  send(number, text) {
    const target = UserAgent.makeURI(`sip:${number}@${this.domain}`);
    return heard("message", (done) => {
      new Messager(this.ua, target, text).message({
        requestDelegate: {
          onAccept: ({ message }) => done(message.statusCode),
          onReject: ({ message }) => done(message.statusCode),
        },
      });
    });
  }
  options() {
    const core = this.ua.userAgentCore;
    const uri = UserAgent.makeURI(`sip:${this.domain}`);
    const request = core.makeOutgoingRequestMessage("OPTIONS", uri, this.ua.configuration.uri, uri, {});
    return heard("options", (done) => {
      core.request(request, {
        onAccept: ({ message }) => done(message.statusCode),
        onReject: ({ message }) => done(message.statusCode),
      });
    });
  }
  subscribe(number, event, accept) {
    const target = UserAgent.makeURI(`sip:${number}@${this.domain}`);
    return heard("subscribe", (done) => {
      const onNotify = (notification) => {
        notification.accept();
        done([notification.request.getHeader("Content-Type"), notification.request.body]);
      };
      const options = { delegate: { onNotify }, expires: 600, extraHeaders: [`Accept: ${accept}`] };
      this.subscriber = new Subscriber(this.ua, target, event, options);
      this.subscriber.subscribe();
    });
  }
  unregister() {
    return heard("unregister", (done) => {
      this.registerer.unregister({
        requestDelegate: { onAccept: ({ message }) => done(message.statusCode) },
      });
    });
  }
}

const kinds = { "JsSIP": JsSipPhone, "SIP.js": SipJsPhone };
window.makePhone = (kind, options) => (window.phone = new kinds[kind](options));
