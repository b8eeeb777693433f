/** One's own second factors, as the server tells them. */

export interface Passkey {
  id: string;
  name: string;
  /** The site it belongs to. */
  host: string;
  /** It works at the address of this page. */
  here: boolean;
  added_at: string;
  used_at: string;
}

export interface Factors {
  app_added_at: string | null;
  passkeys: Passkey[];
  recovery_codes_left: number;
  /** The installation asks for a second factor: the last one stays. */
  required: boolean;
  /** The server lets passkeys be made at this page's address. */
  passkeys_possible: boolean;
}

export const OWN = "/v1/me/second-factor";

export interface Codes {
  recovery_codes: string[];
}

export interface Question {
  ticket: string;
  options: Record<string, unknown>;
}
