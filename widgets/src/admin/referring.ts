import type { Api } from "../shared/api";
import type { Doomed } from "./ConfirmDelete";

/** The names of what refers to an object, asked before it is deleted. */
export async function referring(api: Api, { path }: Doomed): Promise<string[]> {
  const answer = await api.get<{ items: { name: string }[] }>(`${path}/references`);
  return answer.items.map((each) => each.name);
}
