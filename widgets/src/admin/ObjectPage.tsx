import { type ReactNode, useCallback, useRef } from "react";

import { Blank, Failed, Loading } from "../kit/Blank";
import { go, href } from "../kit/route";
import { useSession } from "../kit/session-context";
import { toast } from "../kit/toasts";
import { ApiError } from "../shared/api";
import { newId } from "../shared/ids";
import { t } from "../shared/i18n";
import type { Drawn } from "../kit/form/context";
import type { Schema, Value, Values } from "../kit/form/schema";
import { Heading } from "./Heading";
import { SettingsForm, type Stored } from "../kit/form/SettingsForm";
import { usePolled } from "../kit/usePolled";

interface Props {
  /** The form's name at `/v1/forms/<name>`. */
  form: string;
  /** The collection: `/v1/extensions`. */
  collection: string;
  /** The object; null: a new one. */
  id: string | null;
  /** What a new one is called: `Add an extension`. */
  newTitle: string;
  titleOf: (values: Values) => string;
  /** The address of the list and its name. */
  back: { path: string; label: string };
  readOnly: boolean;
  /** What a new one begins with, where that is not the form's to say. */
  begin?: Values;
  /** Fields that stay as they were made, with the reason where it is worth telling. */
  fixed?: Readonly<Record<string, string>>;
  /** Secrets that every stored object has; they are shown as set. */
  secrets?: readonly string[];
  drawn?: Drawn;
  /** More beneath the heading of a stored object. */
  more?: (values: Values) => ReactNode;
  actions?: ((values: Values) => ReactNode) | undefined;
}

const nothing: Values = {};

interface Loaded {
  schema: Schema;
  stored: Stored;
}

/** Add or edit one object of a collection with the form its schema describes. */
export function ObjectPage({ form, collection, id, newTitle, titleOf, back, readOnly, begin = nothing, fixed, secrets, drawn, more, actions }: Props) {
  const { api } = useSession();
  const path = id === null ? collection : `${collection}/${encodeURIComponent(id)}`;
  const read = useCallback(async (): Promise<Stored> => storedOf(await api.get<Values>(path), secrets), [api, path, secrets]);
  const load = useCallback(async (): Promise<Loaded> => {
    const [schema, found] = await Promise.all([api.get<Schema>(`/v1/forms/${encodeURIComponent(form)}`), id === null ? { values: begin } : read()]);
    return { schema, stored: found };
  }, [api, form, id, read, begin]);
  const { value, failed, error, reload } = usePolled(load, () => "still");
  // One identifier for this object however often it is sent: a repeated request adds it once.
  const clientId = useRef(newId());
  const link = { href: href(back.path), label: back.label };
  if (value === null) {
    return (
      <>
        <Heading title={id === null ? newTitle : id} back={link} />
        {!failed ? <Loading /> : isGone(error) ? <Blank icon="search" title={t("It is not there any more")} text={t("It was deleted meanwhile, or the link is mistyped.")} /> : <Failed text={t("This could not be loaded. Please try again.")} retry={reload} />}
      </>
    );
  }
  const title = id === null ? newTitle : titleOf(value.stored.values);

  async function save(values: Record<string, Value>, version: number | undefined): Promise<Stored> {
    if (id === null) return storedOf(await api.post<Values>(collection, { client_id: clientId.current, ...values }), secrets);
    return storedOf(await api.patch<Values>(path, { ...values, version }), secrets);
  }

  return (
    <>
      <Heading title={title} back={link}>
        {id !== null && actions?.(value.stored.values)}
      </Heading>
      {id !== null && more?.(value.stored.values)}
      <SettingsForm
        schema={value.schema}
        stored={value.stored}
        isNew={id === null}
        save={save}
        load={read}
        onSaved={(kept) => {
          toast({ tone: "success", title: t("Saved"), text: kept ? titleOf(kept.values) : title, key: "saved" });
          go(back.path);
        }}
        cancel={[back.path]}
        readOnly={readOnly ? t("Your account may look at this page, but not change it.") : null}
        drawn={drawn}
        {...(id !== null && fixed ? { ruled: fixed } : {})}
      />
    </>
  );
}

const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** An object and its version; `password_set` says that there is a password, which is not told. */
function storedOf(answer: Values, always: readonly string[] = []): Stored {
  const version = answer["version"];
  const set = Object.keys(answer).filter((name) => name.endsWith("_set") && answer[name] === true);
  return { values: answer, version: typeof version === "number" ? version : undefined, secrets: [...always, ...set.map((name) => name.slice(0, -"_set".length))] };
}
