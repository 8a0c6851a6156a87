import { distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** One thing wrong in a checked document: where, and a sentence that says what was expected. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  /** agents.retry.factor */
  readonly key: string;
  readonly message: string;
}

/** What zod found, in words: unknown keys name the nearest known one, wrong values say what was expected and what was found. */
export function describeIssues(schema: z.ZodType, error: z.ZodError, document: unknown): readonly SchemaIssue[] {
  return error.issues.flatMap((issue): readonly SchemaIssue[] => {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        key: dotted([...path, key]),
        message: unknownKey(key, known),
      }));
    }
    const found = valueAt(document, path);
    const shown = found === undefined ? 'nothing' : JSON.stringify(found);
    const message = issue.message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '');
    return [{ path, key: dotted(path) || '(the whole document)', message: `${message}; found ${shown}` }];
  });
}

export function dotted(path: readonly (string | number)[]): string {
  return path.join('.');
}

function unknownKey(key: string, known: readonly string[]): string {
  const [nearest] = [...known].sort((a, b) => distance(a, key) - distance(b, key));
  const isNear = nearest !== undefined && distance(nearest, key) <= Math.max(2, key.length / 3);
  return `unknown key '${key}'; known: ${known.join(', ')}.${isNear ? ` Did you mean '${nearest}'?` : ''}`;
}

/** Keys the schema knows at a place, read from its JSON Schema. */
function knownKeys(schema: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let node: unknown = z.toJSONSchema(schema, { io: 'input' });
  for (const part of path) {
    node = typeof part === 'number' ? member(node, 'items') : member(member(node, 'properties'), part);
  }
  const properties = member(node, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties).sort() : [];
}

function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((node, part) => member(node, String(part)), document);
}

function member(node: unknown, name: string): unknown {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return undefined;
  return Object.entries(node).find(([key]) => key === name)?.[1];
}
