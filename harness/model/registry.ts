import { unknownName } from './usage-error.ts';

/** What `list` prints of a unit, and what help texts and the report are made from. */
export interface Meta {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Where the definition comes from: a spec section, a paper, an issue. */
  readonly source?: string;
}

/** One registry line: the unit's meta now, its code when it is chosen. */
export interface Entry<Unit extends { readonly meta: Meta }> {
  readonly meta: Unit['meta'];
  load(): Promise<Unit>;
}

export type Registry<Unit extends { readonly meta: Meta }> = Readonly<Record<string, Entry<Unit>>>;

/** A registry line for a unit whose code needs nothing optional. */
export function entry<Unit extends { readonly meta: Meta }>(unit: Unit): Entry<Unit> {
  return { meta: unit.meta, load: async () => unit };
}

/** The unit of that name. Throws a UsageError that lists the known ones. */
export async function loadUnit<Unit extends { readonly meta: Meta }>(
  registry: Registry<Unit>,
  kind: string,
  id: string,
): Promise<Unit> {
  if (!Object.hasOwn(registry, id)) throw unknownName(kind, id, Object.keys(registry));
  const found = registry[id];
  if (!found) throw unknownName(kind, id, Object.keys(registry));
  return found.load();
}

export async function loadAll<Unit extends { readonly meta: Meta }>(registry: Registry<Unit>): Promise<Unit[]> {
  return Promise.all(Object.values(registry).map((line) => line.load()));
}
