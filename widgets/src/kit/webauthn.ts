/** Passkeys in the browser: the server's JSON to what the browser takes, and its answers back (WebAuthn Level 3 §5.1). */

type Json = Record<string, unknown>;
interface Described {
  id: string;
  type: PublicKeyCredentialType;
  transports?: AuthenticatorTransport[];
}

/** Passkeys belong to a name and need a page that nobody could have changed on its way. */
export function passkeysPossible(): boolean {
  return typeof PublicKeyCredential === "function" && isSecureContext && !isAddress(location.hostname);
}

/** A page that was opened by an IP address has no passkeys, whatever its certificate. */
export function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(":");
}

/** Make a passkey; the answer is for the server. */
export async function createPasskey(options: Json): Promise<Json> {
  const asked = options as unknown as {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    excludeCredentials?: Described[];
  };
  const publicKey = {
    ...options,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: (asked.excludeCredentials ?? []).map(described),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null;
  if (!made) throw new DOMException("nothing made", "NotAllowedError");
  const response = made.response as AuthenticatorAttestationResponse;
  return answered(made, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  });
}

/** Have the person confirm by a passkey; the answer is for the server. */
export async function askPasskey(options: Json): Promise<Json> {
  const asked = options as unknown as { challenge: string; allowCredentials?: Described[] };
  const publicKey = {
    ...options,
    challenge: bytes(asked.challenge),
    allowCredentials: (asked.allowCredentials ?? []).map(described),
  } as unknown as PublicKeyCredentialRequestOptions;
  const got = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  if (!got) throw new DOMException("nothing chosen", "NotAllowedError");
  const response = got.response as AuthenticatorAssertionResponse;
  return answered(got, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  });
}

function answered(credential: PublicKeyCredential, response: Json): Json {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

const described = (each: Described) => ({ ...each, id: bytes(each.id) });

export function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

export function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
