/** Asks the owner's API with a token. Whatever goes wrong is thrown as a sentence for the person at the terminal. */

/** Asks for a path, or for an address that an answer gave. */
export type Ask = (path: string) => Promise<Response>;

export function askAt(url: string, token: string): Ask {
  return async (path) => {
    const asked = new URL(path, url);
    // A token is for that worker alone, wherever an answer may lead.
    if (asked.origin !== new URL(url).origin) throw new Error(`${url} leads to another place: ${asked.origin}`);
    const answer = await reached(asked, token);
    if (answer.ok) return answer;
    throw new Error(`${asked.pathname}: ${answer.status === 401 ? BAD_TOKEN : `the worker answered ${answer.status}`}`);
  };
}

const BAD_TOKEN = "the worker does not know this token; was it revoked, or is it of another worker?";

async function reached(asked: URL, token: string): Promise<Response> {
  try {
    return await fetch(asked, { headers: { authorization: `Bearer ${token}` }, redirect: "error" });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${asked.origin} could not be reached: ${cause}`);
  }
}
