import { unknownName } from './usage-error.ts';

/** What help texts and lists print of a unit. */
export interface Meta {
  /** The file's name, and what a user types. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** One registry line: the unit's meta now, its code when it is chosen, so that a missing optional package breaks nothing until then. */
export interface Entry<Unit, M extends Meta = Meta> {
  readonly meta: M;
  load(): Promise<Unit>;
}

/** The unit of that name. Throws a UsageError that lists the known ones. */
export async function loadUnit<Unit, M extends Meta>(
  registry: Readonly<Record<string, Entry<Unit, M>>>,
  kind: string,
  id: string,
): Promise<Unit> {
  const found = Object.hasOwn(registry, id) ? registry[id] : undefined;
  if (found === undefined) throw unknownName(kind, id, Object.keys(registry));
  return found.load();
}
