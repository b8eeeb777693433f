import type { VNode } from "preact";
import { expect, test, vi } from "vitest";
import type { CustomField } from "./config";

vi.mock("./embed", () => ({ embedded: false, tellHost: () => undefined }));
const { OwnQuestion } = await import("./custom-fields");
const { Field, FieldError } = await import("./parts");

type Props = Record<string, unknown>;

/** Everything that is drawn, as properties; the pieces have no state. */
function drawn(node: unknown): Props[] {
  if (Array.isArray(node)) return node.flatMap(drawn);
  const { type, props } = (node ?? {}) as VNode<Props>;
  if (([Field, FieldError] as unknown[]).includes(type)) return drawn((type as (props: Props) => unknown)(props));
  return props ? [props, ...drawn(props["children"])] : [];
}

test.each(["text", "select", "checkbox"] as const)("what is wrong with a question (%s) is tied to its control, whatever its label", (kind) => {
  const field: CustomField = { label: "Order number", kind, choices: ["A"], required: true };
  const found = drawn(OwnQuestion({ id: "field-custom-0", field, value: "", error: "Please fill in this field.", onInput: () => undefined }));
  const control = found.find(({ name }) => name === "custom.Order number")!;
  const described = String(control["aria-describedby"]);
  expect(described).not.toContain(" ");
  expect(found.map(({ id }) => id)).toContain(described);
  expect(found.map((each) => each["for"])).toContain(control["id"]);
});
