import { unknownName } from '../model/usage-error.ts';
import { isObject, type JsonObject } from './json-rpc.ts';

/** `{{name word word}}`, as found in a text. */
export interface Placeholder {
  readonly name: string;
  readonly words: readonly string[];
}

/** The value of a placeholder; undefined: this call has none (an idempotency key, for instance). */
export type Lookup = (placeholder: Placeholder) => string | number | undefined;

/** Where the server is started and reached. */
export const PLACE_PLACEHOLDERS = ['dir', 'port', 'sink', 'env.NAME'] as const;
/** In the arguments of a tool that starts work. */
export const CALL_PLACEHOLDERS = ['token', 'number A B', 'ms', 'key', 'n', ...PLACE_PLACEHOLDERS] as const;
/** In the arguments of a tool that asks for a job. */
export const JOB_PLACEHOLDERS = ['id', ...CALL_PLACEHOLDERS] as const;

const PATTERN = /\{\{([^{}]*)\}\}/g;
const WHOLE = /^\{\{([^{}]*)\}\}$/;

/** All placeholders in a template, in order, with repeats. */
export function placeholdersIn(template: unknown): Placeholder[] {
  if (typeof template === 'string') return [...template.matchAll(PATTERN)].map((found) => parse(found[1] ?? ''));
  if (Array.isArray(template)) return template.flatMap((item: unknown) => placeholdersIn(item));
  return isObject(template) ? Object.values(template).flatMap(placeholdersIn) : [];
}

/** Throws a UsageError for a placeholder that this place does not know; `where` is the key it stands at. */
export function checkPlaceholders(template: unknown, known: readonly string[], where: string): void {
  for (const placeholder of placeholdersIn(template)) {
    if (!isKnown(placeholder, known)) throw unknownName('placeholder', written(placeholder), known.map(braced), where);
  }
}

/** A text with every placeholder replaced; one without a value leaves nothing. */
export function fillText(text: string, lookup: Lookup): string {
  return text.replace(PATTERN, (_whole, inside: string) => String(lookup(parse(inside)) ?? ''));
}

/**
 * Tool arguments with every placeholder replaced. An argument that is nothing but one placeholder takes the type that
 * `schema` (the tool's input schema) gives it, and is left out when the placeholder has no value.
 */
export function fillArguments(template: JsonObject, lookup: Lookup, schema: JsonObject | null): JsonObject {
  const filled: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(template)) {
    const argument = fillValue(value, lookup, propertyOf(schema, key));
    if (argument !== undefined) filled[key] = argument;
  }
  return filled;
}

/** `{{env.NAME}}` → NAME; null: another placeholder. */
export function environmentName(placeholder: Placeholder): string | null {
  return placeholder.name.startsWith('env.') ? placeholder.name.slice('env.'.length) : null;
}

/** The range of `{{number A B}}`; null: it is no such placeholder, or A and B are not integers in order. */
export function numberRange(placeholder: Placeholder): { readonly from: number; readonly to: number } | null {
  const [from, to, ...rest] = placeholder.words.map(Number);
  if (placeholder.name !== 'number' || from === undefined || to === undefined || rest.length > 0) return null;
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to ? { from, to } : null;
}

function fillValue(value: unknown, lookup: Lookup, schema: JsonObject | null): unknown {
  if (typeof value === 'string') {
    const whole = WHOLE.exec(value);
    return whole ? typed(lookup(parse(whole[1] ?? '')), schema) : fillText(value, lookup);
  }
  if (Array.isArray(value)) {
    const items = schema && isObject(schema.items) ? schema.items : null;
    return value.map((item: unknown) => fillValue(item, lookup, items));
  }
  return isObject(value) ? fillArguments(value, lookup, schema) : value;
}

function typed(value: string | number | undefined, schema: JsonObject | null): unknown {
  if (value === undefined || schema === null) return value;
  const types = typesOf(schema);
  if (types.length === 0 || types.includes(typeof value)) return value;
  if (types.includes('integer') && Number.isInteger(Number(value))) return Number(value);
  if (types.includes('number') && value !== '' && Number.isFinite(Number(value))) return Number(value);
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  return types.includes('string') ? String(value) : value;
}

function typesOf(schema: JsonObject): unknown[] {
  const own = [schema.type].flat().filter((type) => typeof type === 'string');
  const choices = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...own, ...choices.flatMap((choice: unknown) => (isObject(choice) ? [choice.type].flat() : []))];
}

function propertyOf(schema: JsonObject | null, key: string): JsonObject | null {
  if (schema === null || !isObject(schema.properties) || !Object.hasOwn(schema.properties, key)) return null;
  const property = schema.properties[key];
  return isObject(property) ? property : null;
}

function parse(inside: string): Placeholder {
  const [name = '', ...words] = inside.trim().split(/\s+/);
  return { name, words };
}

function isKnown(placeholder: Placeholder, known: readonly string[]): boolean {
  if (environmentName(placeholder)) return placeholder.words.length === 0 && known.includes('env.NAME');
  if (placeholder.name === 'number') return numberRange(placeholder) !== null && known.includes('number A B');
  return placeholder.words.length === 0 && known.includes(placeholder.name);
}

function written(placeholder: Placeholder): string {
  return braced([placeholder.name, ...placeholder.words].join(' '));
}

function braced(name: string): string {
  return `{{${name}}}`;
}
