/**
 * Reading JSON by a schema is most of what a page costs, and most rows are the same from one request to the next: what was read
 * of a text is remembered. Whoever gets it must not change it.
 */
import * as z from "zod/mini";

/** Reads texts by a schema, and remembers at most `most` of them. It throws for what is no JSON, or not as the schema says. */
export function remembering<Value>(schema: z.ZodMiniType<Value>, most: number): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const read = z.parse(schema, JSON.parse(text));
    if (known.size >= most) known.clear();
    known.set(text, read);
    return read;
  };
}
