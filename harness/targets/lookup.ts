import { UsageError } from '../model/usage-error.ts';
import { environmentName, fillText, type Lookup } from '../wire/placeholder.ts';
import type { Place } from './target.ts';

/** Port 9 is that of the discard service: where the harness takes nothing, nobody listens. */
const NO_SINK = 'http://127.0.0.1:9/';

/** Values of `{{dir}}`, `{{port}}`, `{{sink}}` and `{{env.NAME}}`. Throws a UsageError for a variable that is not set. */
export function placeLookup(place: Partial<Pick<Place, 'dir' | 'port' | 'sink'>> | null): Lookup {
  return (placeholder) => {
    const name = environmentName(placeholder);
    if (name !== null) return environmentValue(name);
    if (placeholder.name === 'dir') return place?.dir;
    if (placeholder.name === 'sink') return place?.sink ?? NO_SINK;
    return placeholder.name === 'port' ? place?.port : undefined;
  };
}

/** A record with every value filled in. */
export function fillRecord(
  record: Readonly<Record<string, string>> | undefined,
  lookup: Lookup,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, fillText(value, lookup)]));
}

function environmentValue(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new UsageError(`The target needs {{env.${name}}}, and the environment variable ${name} is not set.`);
  }
  return value;
}
