import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { isObject, type JsonObject } from '../wire/json-rpc.ts';

/** What is wrong with one key of a document, and where. */
export interface Complaint {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Turns what zod found into sentences that name the key, what was expected and the nearest known name. */
export function complaintsOf(error: z.ZodError, document: unknown, jsonSchema: JsonObject): Complaint[] {
  return error.issues.flatMap((issue): Complaint[] => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const key = path.join('.') || 'the profile';
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(jsonSchema, path);
      return issue.keys.map((name) => ({ path: [...path, name], message: unknownKey(name, path.join('.'), known) }));
    }
    const value = valueAt(document, path);
    if (issue.code === 'invalid_value') {
      return [{ path, message: `${key}: expected ${issue.values.join(', ')}; got ${shown(value)}` }];
    }
    if (value === undefined) return [{ path, message: `${key} is missing; ${expectation(issue)}` }];
    return [{ path, message: `${key}: ${expectation(issue)}; got ${shown(value)}` }];
  });
}

function unknownKey(name: string, where: string, known: readonly string[]): string {
  const nearest = [...known].sort((a, b) => distance(a, name) - distance(b, name))[0];
  const hint = nearest === undefined ? '' : `; the nearest known one is '${nearest}'`;
  return `unknown key '${name}'${where && ` in ${where}`}${hint} (known: ${known.join(', ')})`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${TYPE_WORDS.get(issue.expected) ?? issue.expected}`;
  if (issue.code === 'too_small') return 'expected at least one entry or character';
  return issue.message;
}

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['boolean', 'true or false'],
  ['number', 'a number'],
  ['array', 'a list'],
  ['object', 'a section with keys'],
  ['record', 'a section with keys'],
]);

/** The keys an object at this path may have, read from the published schema. */
function knownKeys(schema: JsonObject, path: readonly (string | number)[]): string[] {
  let here: JsonObject = schema;
  for (const step of path) {
    const inside =
      typeof step === 'number' ? here.items : isObject(here.properties) ? here.properties[step] : undefined;
    const next = inside ?? here.additionalProperties;
    if (!isObject(next)) return [];
    here = next;
  }
  return isObject(here.properties) ? Object.keys(here.properties).sort() : [];
}

function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  let here: unknown = document;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isObject(here)) here = here[step];
    else return undefined;
  }
  return here;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
