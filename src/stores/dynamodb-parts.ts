import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TaskRecord } from '../tasks/task.ts';

// An item holds 400 KB, names and index attributes included; a claim holds one record beside its own attributes.
const ITEM_RECORD_BYTES_MAX = 300_000;
const PART_BYTES_MAX = 350_000;

/** A piece of a field that has an item of its own. Named by its content: the same field written again is the same items. */
export interface Part {
  readonly sortKey: string;
  readonly bytes: Uint8Array;
}

const listings = z.array(z.strictObject({ field: z.string(), hash: z.string(), partCount: z.int().min(1) }));

export interface PackedRecord {
  /** The record as JSON, without the fields that went out. */
  readonly record: string;
  /** Which went out; undefined: none. */
  readonly listing?: string;
  readonly parts: readonly Part[];
}

/** A record as it fits into one item: when it is too large, its largest fields go out into parts until the rest fits. */
export function packRecord(task: TaskRecord): PackedRecord {
  const whole = JSON.stringify(task);
  if (Buffer.byteLength(whole) <= ITEM_RECORD_BYTES_MAX) return { record: whole, parts: [] };
  const fields = Object.entries(task).map(([field, value]) => {
    const bytes = Buffer.from(JSON.stringify(value));
    return { field, bytes };
  });
  fields.sort((a, b) => b.bytes.length - a.bytes.length);
  let leftBytes = Buffer.byteLength(whole);
  const outside = fields.filter(({ bytes }) => {
    if (leftBytes <= ITEM_RECORD_BYTES_MAX) return false;
    leftBytes -= bytes.length;
    return true;
  });
  const names = new Set(outside.map(({ field }) => field));
  const record = JSON.stringify(Object.fromEntries(Object.entries(task).filter(([field]) => !names.has(field))));
  const pieces = outside.map(({ field, bytes }) => ({ field, hash: hashOf(bytes), slices: slicesOf(bytes) }));
  return {
    record,
    listing: JSON.stringify(pieces.map(({ field, hash, slices }) => ({ field, hash, partCount: slices.length }))),
    parts: pieces.flatMap(({ hash, slices }) =>
      slices.map((bytes, number) => ({ sortKey: partSortKey(hash, number), bytes })),
    ),
  };
}

/** The sort keys of all parts of a listing. */
export function listedParts(listing: string): readonly string[] {
  return listings
    .parse(JSON.parse(listing))
    .flatMap(({ hash, partCount }) => Array.from({ length: partCount }, (_, number) => partSortKey(hash, number)));
}

/** The whole record as JSON again; undefined: a part is not among those given. */
export function unpackRecord(
  record: string,
  listing: string,
  parts: ReadonlyMap<string, Uint8Array>,
): string | undefined {
  const fields: string[] = [];
  for (const { field, hash, partCount } of listings.parse(JSON.parse(listing))) {
    const slices = Array.from({ length: partCount }, (_, number) => parts.get(partSortKey(hash, number)));
    const known = slices.filter((slice) => slice !== undefined);
    if (known.length < slices.length) return undefined;
    fields.push(`${JSON.stringify(field)}:${Buffer.concat(known).toString()}`);
  }
  return `${record.slice(0, -1)},${fields.join(',')}}`;
}

function partSortKey(hash: string, number: number): string {
  return `part#${hash}#${String(number).padStart(4, '0')}`;
}

function slicesOf(bytes: Buffer): readonly Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += PART_BYTES_MAX)
    slices.push(bytes.subarray(start, start + PART_BYTES_MAX));
  return slices;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
