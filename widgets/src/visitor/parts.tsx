/** The few pieces every view is made of. */
import type { ComponentChildren } from "preact";
import * as icons from "../shared/icons/paths";
import { t } from "../shared/i18n";
import { linkify } from "../shared/linkify";
import type { Config } from "./config";
import { embedded, tellHost } from "./embed";

export function Icon({ paths }: { paths: icons.Icon }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

/** People's text: links become links, everything else stays text. */
export function Text({ children }: { children: string }) {
  return (
    <>
      {linkify(children).map((part, index) =>
        typeof part === "string" ? (
          part
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        ),
      )}
    </>
  );
}

export interface FieldProps {
  /** Left out: made of the name, which has no blanks then. */
  id?: string;
  name: string;
  label: string;
  value: string;
  error: string | undefined;
  onInput: (value: string) => void;
  type?: "text" | "email" | "tel" | "area";
  autocomplete?: string;
  limit?: number;
  required?: boolean;
}

export function Field({ name, id = `field-${name}`, label, value, error, onInput, type = "text", autocomplete, limit, required }: FieldProps) {
  const shared = {
    id,
    name,
    value,
    required,
    maxLength: limit,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": error ? `${id}-error` : undefined,
    onInput: (event: Event) => onInput((event.currentTarget as HTMLInputElement).value),
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === "area" ? <textarea {...shared} rows={4} /> : <input {...shared} type={type as "text"} autocomplete={autocomplete as "name"} dir={type === "text" ? "auto" : "ltr"} />}
      <FieldError id={`${id}-error`}>{error}</FieldError>
    </div>
  );
}

export function FieldError({ id, children }: { id: string; children: string | undefined }) {
  return children ? (
    <p class="field-error" id={id}>
      <Icon paths={icons.alert} />
      {children}
    </p>
  ) : null;
}

export function Alert({ children }: { children: ComponentChildren }) {
  return (
    <p class="alert" role="alert">
      {children}
    </p>
  );
}

/** A whole view that only says something: an icon, perhaps a heading, a sentence, perhaps a button. */
export function Notice({ icon, heading, children }: { icon: icons.Icon; heading?: string; children?: ComponentChildren }) {
  return (
    <div class="notice">
      <span class="notice-icon">
        <Icon paths={icon} />
      </span>
      {heading && <h2>{heading}</h2>}
      {children}
    </div>
  );
}

export function Spinner() {
  return (
    <div class="notice">
      <span class="spinner" />
      <p>{t("One moment …")}</p>
    </div>
  );
}

interface HeaderProps {
  config: Config;
  /** Instead of the subtitle. */
  status?: ComponentChildren;
  children?: ComponentChildren;
}

export function Header({ config, status, children }: HeaderProps) {
  const line = status || config.subtitle;
  return (
    <header>
      {config.logo && <img class="logo" src={config.logo} alt="" />}
      <div class="who">
        <h1>{config.title || t("Chat")}</h1>
        {line && <p>{line}</p>}
      </div>
      <div class="tools">
        {children}
        {embedded && (
          <button type="button" class="tool" aria-label={t("Close window")} title={t("Close window")} onClick={() => tellHost({ type: "close" })}>
            <Icon paths={icons.close} />
          </button>
        )}
      </div>
    </header>
  );
}
