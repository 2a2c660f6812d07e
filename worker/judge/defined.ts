/** The fields that are there: an object without those that are undefined, as exact optional properties and JSON want it. */
export function definedOnly<Fields extends Record<string, unknown>>(fields: Fields): Defined<Fields> {
  const defined: Partial<Fields> = { ...fields };
  for (const name in defined) if (defined[name] === undefined) delete defined[name];
  return defined as Defined<Fields>;
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
