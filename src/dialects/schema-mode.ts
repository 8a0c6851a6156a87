/** How much tools/list tells: names and types alone, or everything an agent has to know of work whose result comes later. */
import { DEFAULT_LIMITS } from '../tasks/engine-options.ts';
import type { JsonObject } from './json-rpc.ts';
import { isObject } from './json-rpc.ts';

export const SCHEMA_MODES = ['explicit', 'bare'] as const;
export type SchemaMode = (typeof SCHEMA_MODES)[number];

/** What the server is set to, as far as descriptions say it. */
export interface ServedTimes {
  readonly pollIntervalMs: number;
  /** How long a result is kept whose caller asked for nothing else, from its call on. */
  readonly ttlMs: number;
  /** After this long work is ended whose caller and tool ask for nothing else. */
  readonly slaMs: number;
}

export const DEFAULT_TIMES: ServedTimes = {
  pollIntervalMs: DEFAULT_LIMITS.pollIntervalMs,
  ttlMs: DEFAULT_LIMITS.ttl.defaultMs,
  slaMs: DEFAULT_LIMITS.slaMs,
};

/** JSON Schema's words for readers. What is left says what may be sent. Source: JSON Schema 2020-12, validation, section 9. */
const FOR_READERS = ['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', '$comment'];
/** Keywords whose value holds schemas by name, which may be any word. */
const BY_NAME = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
/** Keywords whose value is data, not schemas. */
const DATA = ['enum', 'const', 'required'];

/** The same schema without what it says to readers. */
export function bareSchema(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(([keyword]) => !FOR_READERS.includes(keyword));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, bareValue(keyword, value)]));
}

function bareValue(keyword: string, value: unknown): unknown {
  if (DATA.includes(keyword)) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => (isObject(one) ? bareSchema(one) : one));
  if (!isObject(value)) return value;
  if (!BY_NAME.includes(keyword)) return bareSchema(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isObject(one) ? bareSchema(one) : one]));
}

/** 500 ms, 30 s, 2 minutes, 24 hours, 7 days: the largest unit that leaves no fraction; a day is told in hours. */
export function durationText(ms: number): string {
  for (const { unit, unitMs, least } of UNITS) {
    if (ms >= unitMs * least && ms % unitMs === 0) return `${ms / unitMs} ${unit}`;
  }
  return `${ms} ms`;
}

const UNITS = [
  { unit: 'days', unitMs: 86_400_000, least: 2 },
  { unit: 'hours', unitMs: 3_600_000, least: 2 },
  { unit: 'minutes', unitMs: 60_000, least: 2 },
  { unit: 's', unitMs: 1_000, least: 1 },
] as const;
