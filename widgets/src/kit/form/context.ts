import { createContext, type ReactNode } from "react";

import type { Field, Value } from "./schema";

export interface ControlProps {
  field: Field;
  /** Where the value stands in the form: `holidays.0.date`. */
  path: string;
  value: Value;
  error: string | undefined;
  onChange: (value: Value) => void;
}

/** What the page draws by itself, by the field's path. */
export type Drawn = Readonly<Record<string, (props: ControlProps) => ReactNode>>;

/** What every control of a form may ask for: `secrets` are set on the server and never told. */
export const FormContext = createContext<{ drawn: Drawn; secrets: readonly string[] }>({ drawn: {}, secrets: [] });

type Part = "label" | "input" | "description" | "error";

/** Help stands under its box, so that boxes in a row stand level. */
export const inputWrapperOrder: Part[] = ["label", "input", "description", "error"];

/** What stands around a control's box. */
export function wrapped({ field, error }: Pick<ControlProps, "field" | "error">) {
  return {
    label: field.title,
    description: field.description || undefined,
    error,
    required: field.required,
    disabled: field.readOnly,
    placeholder: field.placeholder || undefined,
    inputWrapperOrder,
  };
}

export const strings = (value: Value): string[] => (Array.isArray(value) ? value.map(String) : []);
