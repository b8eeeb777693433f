import { Button, Select, Textarea } from "@mantine/core";
import { useId, useState } from "react";

import { Icon } from "../../kit/Icon";
import { t } from "../../shared/i18n";
import type { ControlProps } from "../../kit/form/context";
import { languageOptions } from "../../kit/form/languages";
import { isValues, type Value, type Values } from "../../kit/form/schema";
import styles from "./TranslationsField.module.css";

const texts = (): readonly { name: string; title: string; most: number }[] => [
  { name: "info_request_message", title: t("Info Request Message"), most: 500 },
  { name: "privacy_notice", title: t("Privacy Control Notice Description"), most: 2000 },
  { name: "welcome_message", title: t("Welcome message"), most: 500 },
  { name: "queueing_message", title: t("Queueing message"), most: 500 },
  { name: "no_agent_message", title: t("No-agent message"), most: 500 },
  { name: "offline_message", title: t("Offline message"), most: 500 },
];

/** The texts once more for visitors of some languages. */
export function TranslationsField({ field, value, error, onChange }: ControlProps) {
  const languages = languageOptions();
  const given = isValues(value) ? value : {};
  const free = languages.filter(({ value: tag }) => !(tag in given));
  const [chosen, setChosen] = useState<string | null>(null);
  const next = free.find(({ value: tag }) => tag === chosen) ?? null;

  function add(): void {
    if (!next) return;
    onChange({ ...given, [next.value]: {} });
    setChosen(null);
  }
  function remove(tag: string): void {
    const { [tag]: _, ...rest } = given;
    onChange(rest);
  }
  return (
    <fieldset className={styles.translations}>
      <legend>{field.title}</legend>
      {field.description && <p className={styles.hint}>{field.description}</p>}
      {languages
        .filter(({ value: tag }) => tag in given)
        .map(({ value: tag, label }) => (
          <Language key={tag} tag={tag} label={label} values={given[tag]} onChange={(values) => onChange({ ...given, [tag]: values })} onRemove={() => remove(tag)} />
        ))}
      {free.length > 0 && (
        <div className={styles.add}>
          <Select size="sm" label={t("Language")} placeholder={t("Choose a language")} value={chosen} onChange={setChosen} data={free} />
          <Button variant="default" size="sm" disabled={!next} leftSection={<Icon name="plus" size={15} />} onClick={add}>
            {t("Add language")}
          </Button>
        </div>
      )}
      {error && <p className={styles.problem}>{error}</p>}
    </fieldset>
  );
}

interface LanguageProps {
  tag: string;
  label: string;
  values: Value;
  onChange: (values: Values) => void;
  onRemove: () => void;
}

function Language({ tag, label, values, onChange, onRemove }: LanguageProps) {
  const given = isValues(values) ? values : {};
  const hint = useId();
  const missing = texts().filter(({ name }) => !given[name]);
  return (
    <div className={styles.language} role="group" aria-label={label} aria-describedby={missing.length > 0 ? hint : undefined}>
      <div className={styles.head}>
        <h3 lang={tag}>{label}</h3>
        <Button variant="subtle" color="gray" size="compact-sm" leftSection={<Icon name="trash" size={16} />} onClick={onRemove}>
          {t("Remove")}
        </Button>
      </div>
      {missing.length > 0 && (
        <p id={hint} className={styles.hint}>
          {t("Not translated: {texts}. Visitors read the text for everybody, or the built-in one.", { texts: missing.map(({ title }) => title).join(", ") })}
        </p>
      )}
      {texts().map(({ name, title, most }) => (
        <Textarea
          key={name}
          label={t("{field} ({language})", { field: title, language: label })}
          value={typeof given[name] === "string" ? given[name] : ""}
          onChange={(event) => onChange({ ...given, [name]: event.currentTarget.value })}
          maxLength={most}
          autosize
          minRows={1}
          maxRows={6}
          lang={tag}
          dir="auto"
        />
      ))}
    </div>
  );
}
