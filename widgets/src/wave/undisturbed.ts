import { type Api, ApiError } from "../shared/api";

/** Whether somebody wants not to be disturbed now: they see who waits, but nothing sounds or pops up. */
export async function undisturbed(api: Api): Promise<boolean> {
  try {
    return (await api.get<{ undisturbed: boolean }>("/v1/me/undisturbed")).undisturbed;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return false; // what is not known does not keep a visitor waiting
  }
}
