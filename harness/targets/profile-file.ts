import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { type Complaint, complaintsOf } from './complaint.ts';
import { brokenRules } from './profile-rules.ts';
import { type Profile, profileJsonSchema, profileSchema } from './profile-schema.ts';

export interface ReadProfile {
  readonly profile: Profile;
  /** The folder of the profile: relative paths in it start here. */
  readonly baseDirectory: string;
}

/** Reads a profile from a YAML or JSON file. Throws a UsageError that says file, line, key and what was expected. */
export function readProfile(path: string): ReadProfile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`Cannot read the profile ${path}: ${messageOf(error)}`, { cause: error });
  }
  return { profile: parseProfile(text, path), baseDirectory: dirname(resolve(path)) };
}

/** Parses the text of a profile; `name` is what errors call it. JSON is read as the YAML that it is. */
export function parseProfile(text: string, name: string): Profile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax) {
    throw new UsageError(`${name}:${lines.linePos(syntax.pos[0]).line}: not valid YAML or JSON: ${syntax.message}`);
  }
  const lineOf = (path: readonly (string | number)[]) => {
    const offset = offsetOf(document.contents, path);
    return offset === null ? 1 : lines.linePos(offset).line;
  };
  const value: unknown = document.toJS();
  if (value === null || value === undefined) throw new UsageError(`${name}:1: the profile is empty`);
  const parsed = profileSchema.safeParse(value);
  const complaints: Complaint[] = parsed.success
    ? brokenRules(parsed.data)
    : complaintsOf(parsed.error, value, profileJsonSchema());
  if (!parsed.success || complaints.length > 0) {
    throw new UsageError(complaints.map(({ path, message }) => `${name}:${lineOf(path)}: ${message}`).join('\n'));
  }
  return parsed.data;
}

/** Where a key, or the innermost part of its path that is there, stands in the text. */
function offsetOf(contents: unknown, path: readonly (string | number)[]): number | null {
  let here: unknown = contents;
  let offset = isNode(here) ? (here.range?.[0] ?? null) : null;
  for (const step of path) {
    const pair = isMap(here)
      ? here.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const next: unknown = pair ? pair.value : isCollectionWithItems(here) ? here.items[Number(step)] : undefined;
    const anchor: unknown = pair ? pair.key : next;
    if (!isNode(anchor)) return offset;
    offset = anchor.range?.[0] ?? offset;
    here = next;
  }
  return offset;
}

function isCollectionWithItems(node: unknown): node is { readonly items: readonly unknown[] } {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items) && !isMap(node);
}
