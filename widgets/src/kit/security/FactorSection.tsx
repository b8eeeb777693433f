import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";

import { refusalWords } from "../refusal";
import { nt, t } from "../../shared/i18n";
import { brief } from "../../shared/time";
import { Failed, Loading } from "../Blank";
import { Confirm } from "../Confirm";
import { Icon } from "../Icon";
import { useSession } from "../session-context";
import { toast } from "../toasts";
import type { Loaded } from "../useLoaded";
import { isAddress, passkeysPossible } from "../webauthn";
import { AppSetup, type NewApp } from "./AppSetup";
import { type Codes, type Factors, OWN, type Passkey } from "./factors";
import { PasskeySetup } from "./PasskeySetup";
import { RecoveryCodes } from "./RecoveryCodes";
import { Section } from "./Section";
import styles from "./Security.module.css";
import { NotProven, useProof } from "./useProof";

type Open = { is: "app"; app: NewApp } | { is: "passkey" } | { is: "codes"; codes: readonly string[] } | { is: "rename"; passkey: Passkey } | { is: "remove"; title: string; path: string };

export function FactorSection({ factors }: { factors: Loaded<Factors> }) {
  const { api, state } = useSession();
  const { proven, dialog } = useProof();
  const [open, setOpen] = useState<Open | null>(null);
  const { value, failed, reload } = factors;
  const user = state.phase === "in" ? state.me.user : "";
  const close = (): void => setOpen(null);

  function added(codes: readonly string[]): void {
    setOpen(codes.length > 0 ? { is: "codes", codes } : null);
    void reload();
  }

  /** Does it, after a proof where one is wanted; what is refused is said. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await proven(work);
    } catch (error) {
      if (error instanceof NotProven) return;
      toast({ tone: "danger", title: t("This was not done"), text: refusalWords(error) });
    }
  }

  const beginApp = (): Promise<void> => attempt(async () => setOpen({ is: "app", app: await api.post<NewApp>(`${OWN}/app`) }));
  const renewCodes = (): Promise<void> =>
    attempt(async () => {
      const { recovery_codes } = await api.post<Codes>(`${OWN}/recovery-codes`);
      added(recovery_codes);
    });
  async function remove(path: string): Promise<void> {
    close();
    await attempt(async () => {
      await api.delete(path);
      await reload();
    });
  }

  return (
    <Section title={t("Second factor")} text={t("Beside your password, something that only you have: a stolen password alone opens nothing.")}>
      {value === null ? (
        failed ? (
          <Failed text={t("Your second factors could not be loaded.")} retry={() => void reload()} />
        ) : (
          <Loading />
        )
      ) : (
        <ul className={styles.rows}>
          <Row
            icon="phone"
            title={t("Authenticator app")}
            text={value.app_added_at ? t("Set up {time}", { time: brief(value.app_added_at) }) : t("Not set up")}
            on={value.app_added_at !== null}
            actions={
              <>
                <Button variant="default" onClick={() => void beginApp()}>
                  {value.app_added_at ? t("Replace app") : t("Set up app")}
                </Button>
                {value.app_added_at && (
                  <Button variant="subtle" color="red" onClick={() => setOpen({ is: "remove", title: t("Remove the authenticator app?"), path: `${OWN}/app` })}>
                    {t("Remove app")}
                  </Button>
                )}
              </>
            }
          />
          <Row
            icon="key"
            title={t("Passkeys")}
            text={passkeyText(value)}
            on={value.passkeys.length > 0}
            actions={
              value.passkeys_possible &&
              passkeysPossible() && (
                <Button variant="default" onClick={() => setOpen({ is: "passkey" })}>
                  {t("Add passkey")}
                </Button>
              )
            }
          >
            {value.passkeys.length > 0 && (
              <ul className={styles.keys} aria-label={t("Passkeys")}>
                {value.passkeys.map((passkey) => (
                  <li key={passkey.id}>
                    <span>
                      <b>
                        <bdi>{passkey.name}</bdi>
                      </b>
                      <small>
                        {passkey.here ? null : `${t("Works at {host} only", { host: passkey.host })} · `}
                        {t("Last used {time}", { time: brief(passkey.used_at) })}
                      </small>
                    </span>
                    <Button variant="subtle" size="compact-sm" aria-label={t("Rename {name}", { name: passkey.name })} onClick={() => setOpen({ is: "rename", passkey })}>
                      {t("Rename")}
                    </Button>
                    <Button variant="subtle" color="red" size="compact-sm" aria-label={t("Remove {name}", { name: passkey.name })} onClick={() => setOpen({ is: "remove", title: t("Remove the passkey {name}?", { name: passkey.name }), path: `${OWN}/passkeys/${passkey.id}` })}>
                      {t("Remove")}
                    </Button>
                  </li>
                ))}
              </ul>
            )}
          </Row>
          {(value.app_added_at || value.passkeys.length > 0) && (
            <Row
              icon="list"
              title={t("Recovery codes")}
              text={value.recovery_codes_left > 0 ? nt("{n} code is left", "{n} codes are left", value.recovery_codes_left) : t("None is left: make new ones.")}
              on={value.recovery_codes_left > 0}
              actions={
                <Button variant="default" onClick={() => void renewCodes()}>
                  {t("Make new codes")}
                </Button>
              }
            />
          )}
        </ul>
      )}
      <Modal opened={open?.is === "app" || open?.is === "passkey" || open?.is === "rename"} onClose={close} title={open?.is === "app" ? t("Set up an authenticator app") : open?.is === "passkey" ? t("Add a passkey") : t("Rename the passkey")} closeButtonProps={{ "aria-label": t("Close") }}>
        {open?.is === "app" && <AppSetup app={open.app} done={added} cancel={close} />}
        {open?.is === "passkey" && <PasskeySetup known={value?.passkeys.length ?? 0} proven={proven} done={added} cancel={close} />}
        {open?.is === "rename" && (
          <Rename
            passkey={open.passkey}
            cancel={close}
            rename={async (name) => {
              close();
              await attempt(async () => {
                await api.patch(`${OWN}/passkeys/${open.passkey.id}`, { name });
                await reload();
              });
            }}
          />
        )}
      </Modal>
      <Modal opened={open?.is === "codes"} onClose={close} closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false} title={t("Recovery codes")}>
        {open?.is === "codes" && <RecoveryCodes codes={open.codes} user={user} done={close} />}
      </Modal>
      <Confirm opened={open?.is === "remove"} title={open?.is === "remove" ? open.title : ""} text={t("You can no longer sign in by it.")} action={t("Remove")} danger onClose={close} onConfirm={() => (open?.is === "remove" ? remove(open.path) : undefined)} />
      {dialog}
    </Section>
  );
}

function passkeyText(factors: Factors): string {
  if (isAddress(location.hostname)) return t("A page opened by an IP address can have no passkeys. Open it by its name over HTTPS.");
  if (!isSecureContext) return t("Passkeys need HTTPS.");
  if (!passkeysPossible()) return t("This browser has no passkeys.");
  if (!factors.passkeys_possible) return t("Passkeys work at the server's public address only.");
  return t("Keys that your device keeps; they also sign you in without a password.");
}

interface RowProps {
  icon: "phone" | "key" | "list";
  title: string;
  text: string;
  on: boolean;
  actions: ReactNode;
  children?: ReactNode;
}

function Row({ icon, title, text, on, actions, children }: RowProps) {
  return (
    <li className={styles.row} data-on={on || undefined}>
      <span className={styles.icon}>
        <Icon name={icon} size={20} />
      </span>
      <div className={styles.about}>
        <b>{title}</b>
        <span>{text}</span>
      </div>
      <div className={styles.action}>{actions}</div>
      {children}
    </li>
  );
}

function Rename({ passkey, rename, cancel }: { passkey: Passkey; rename: (name: string) => Promise<void>; cancel: () => void }) {
  const [name, setName] = useState(passkey.name);
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name.trim()) void rename(name.trim());
  }
  return (
    <form onSubmit={submit} noValidate className={styles.form}>
      <TextInput data-autofocus label={t("Name of the passkey")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} dir="auto" error={name.trim() ? undefined : t("Give the passkey a name.")} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={cancel}>
          {t("Cancel")}
        </Button>
        <Button type="submit">{t("Rename")}</Button>
      </div>
    </form>
  );
}
