/** The form before a chat, and the form for a message when nobody can chat. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import * as icons from "../shared/icons/paths";
import { answerTo, check, nameOf } from "./answered";
import type { Config } from "./config";
import { OwnQuestion } from "./custom-fields";
import { identified, onHost } from "./embed";
import { recall, remember } from "./identity";
import { Alert, Field, FieldError, type FieldProps, Notice, Text } from "./parts";

export interface Details {
  full_name: string;
  email: string;
  phone: string;
}

export interface Filled extends Details {
  consent: boolean;
  text: string;
  /** To the administrator's own questions, by label. */
  answers: Record<string, string>;
}

interface Props {
  config: Config;
  /** `chat`: only what the administrator asks for; `message`: name and address too, and the message. */
  purpose: "chat" | "message";
  /** How the message begins. */
  text?: string | undefined;
  /** What the web site vouches for: it is not asked again. */
  signed: Partial<Details>;
  onSubmit: (filled: Filled) => Promise<void>;
}

const NOTHING: Filled = { full_name: "", email: "", phone: "", consent: false, text: "", answers: {} };

function initial(config: Config, signed: Partial<Details>, text = ""): Filled {
  const known = recall(config.public_id, "details");
  return { ...NOTHING, text, ...(known ? (JSON.parse(known) as Partial<Details>) : {}), ...told(identified), ...told(signed) };
}

/** Only what is said: an empty field does not erase what is known. */
const told = ({ full_name, email, phone }: Partial<Details>): Partial<Details> => ({ ...(full_name && { full_name }), ...(email && { email }), ...(phone && { phone }) });

export function VisitorForm({ config, purpose, text, signed, onSubmit }: Props) {
  const [filled, setFilled] = useState(() => initial(config, signed, text));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const wanted = purpose === "message" ? ([...new Set(["full_name", "email", ...config.info_types])] as (keyof Details)[]) : config.info_types;
  const asked = wanted.filter((name) => !signed[name]);
  const own = purpose === "chat" ? config.custom_fields : [];
  useEffect(() => onHost((message) => message.type === "identify" && setFilled((now) => ({ ...now, ...told(identified) }))), []);

  const change = (part: Partial<Filled>): void => {
    setFilled((now) => ({ ...now, ...part }));
    setErrors((now) => Object.fromEntries(Object.entries(now).filter(([name]) => !(name in part))));
  };
  const show = (found: Record<string, string>): void => {
    setErrors(found);
    const first = ["full_name", "email", "phone", ...own.map(({ label }) => nameOf(label)), "text", "consent"].find((name) => found[name]);
    if (first) form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setProblem("");
    const found = check(filled, asked, own, purpose === "message");
    if (Object.keys(found).length) return show(found);
    setBusy(true);
    try {
      const { full_name, email, phone } = filled;
      remember(config.public_id, "details", JSON.stringify({ full_name, email, phone }));
      await onSubmit(filled);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 422 && Object.keys(error.fields).length) show(error.fields);
      else setProblem(error.code === "network" ? t("The server cannot be reached. Please check your connection and try again.") : error.message || t("Something went wrong. Please try again."));
    } finally {
      setBusy(false);
    }
  };

  const field = (name: keyof Details): FieldProps => ({ name, label: labels()[name], value: filled[name], error: errors[name], onInput: (value) => change({ [name]: value }), required: true });
  return (
    <form class="form" ref={form} noValidate onSubmit={(event) => void submit(event)}>
      {purpose === "chat" && config.require_visitor_info && config.info_request_message && <p class="lead">{config.info_request_message}</p>}
      {purpose === "chat" && asked.length === 0 && own.length === 0 && (
        <Notice icon={icons.chat} heading={t("How can we help you?")}>
          <p>{t("Write to us, and somebody will answer you right here.")}</p>
        </Notice>
      )}
      {asked.includes("full_name") && <Field {...field("full_name")} autocomplete="name" limit={120} />}
      {asked.includes("email") && <Field {...field("email")} type="email" autocomplete="email" limit={254} />}
      {asked.includes("phone") && <Field {...field("phone")} type="tel" autocomplete="tel" limit={32} />}
      {own.map((each, index) => (
        <OwnQuestion
          key={each.label}
          id={`field-custom-${index}`}
          field={each}
          value={answerTo(filled, each.label)}
          error={errors[nameOf(each.label)]}
          onInput={(value) => {
            setFilled((now) => ({ ...now, answers: { ...now.answers, [each.label]: value } }));
            setErrors(({ [nameOf(each.label)]: _, ...others }) => others);
          }}
        />
      ))}
      {purpose === "message" && <Field name="text" type="area" label={t("Message")} value={filled.text} error={errors["text"]} onInput={(text) => change({ text })} limit={config.text_limit} required />}
      {config.privacy_control && (
        <div class="consent">
          <input id="consent" name="consent" type="checkbox" checked={filled.consent} aria-describedby={errors["consent"] ? "consent-error" : undefined} onChange={(event) => change({ consent: event.currentTarget.checked })} />
          <label for="consent">
            <Text>{config.privacy_notice}</Text>
          </label>
          <FieldError id="consent-error">{errors["consent"]}</FieldError>
        </div>
      )}
      {problem && <Alert>{problem}</Alert>}
      <button class="button wide" type="submit" disabled={config.privacy_control && !filled.consent} aria-busy={busy || undefined}>
        {busy && <span class="spinner small" />}
        {purpose === "chat" ? t("Start Chat") : t("Send")}
      </button>
    </form>
  );
}

const labels = (): Record<keyof Details, string> => ({ full_name: t("Full Name"), email: t("Email"), phone: t("Phone Number") });
