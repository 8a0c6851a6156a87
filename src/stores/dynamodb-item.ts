import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { dueAt, expiresAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { type Part, packRecord } from './dynamodb-parts.ts';
import { EXPIRES_ATTRIBUTE } from './dynamodb-table.ts';
import type { Position } from './store.ts';

/**
 * The items of the table, by partition key `pk` and sort key `sk`:
 *
 * | pk           | sk                      | what                                                                    |
 * |--------------|-------------------------|-------------------------------------------------------------------------|
 * | `task#<id>`  | `record`                | the record, its version, and where it stands in the indexes             |
 * | `task#<id>`  | `part#<hash>#<number>`  | a piece of a field that is too large for the record's item              |
 * | `key#<hash>` | `claim`                 | who has the idempotency key: the record as it was when it claimed it    |
 */
export type Item = Record<string, AttributeValue>;
export interface Change {
  readonly set: Item;
  readonly unset: readonly string[];
}
export type ItemKey = { readonly pk: AttributeValue.SMember; readonly sk: AttributeValue.SMember };

const text = z.object({ S: z.string() }).transform(({ S }) => S);

/** A record's item as it is read; `removed` is one whose removal is not finished. `birth` names the insert that made it, `write` the last write: a repeated request tells itself by them. */
const storedRecord = z.object({
  birth: text,
  write: text,
  record: text,
  parts: text.optional(),
  /** The hash that names its claim, for a record with an idempotency key. */
  claim: text.optional(),
  removed: z.object({ BOOL: z.boolean() }).optional(),
});
export type StoredRecord = z.output<typeof storedRecord>;

const storedClaim = z.object({
  birth: text,
  task_id: text,
  item: z.object({ M: z.record(z.string(), z.custom<AttributeValue>()) }),
});

export interface StoredClaim {
  readonly birth: string;
  readonly taskId: string;
  /** The record's item as its insert wrote or would have written it. */
  readonly item: Item;
}

export function recordKey(id: string): ItemKey {
  return { pk: { S: `task#${id}` }, sk: { S: 'record' } };
}

/** Of fixed length, whatever the principal and the key. */
export function claimKey(principal: string, idempotencyKey: string): ItemKey {
  return claimKeyOf(hashOf(JSON.stringify([principal, idempotencyKey])));
}

/** The claim that a stored record names. */
export function claimKeyOf(hash: string): ItemKey {
  return { pk: { S: `key#${hash}` }, sk: { S: 'claim' } };
}

/** A new record's item, and the parts to be written before it. */
export function newRecordItem(
  task: TaskRecord,
  birth: string,
): { readonly item: Item; readonly parts: readonly Part[] } {
  const { attributes, parts } = changingAttributes(task, birth);
  const { createdAt, id, principal, idempotencyKey } = task;
  const claim: Item =
    idempotencyKey === null ? {} : { claim: { S: hashOf(JSON.stringify([principal, idempotencyKey])) } };
  const item = {
    ...recordKey(id),
    birth: { S: birth },
    principal_hash: { S: hashOf(principal) },
    position: { S: positionText({ createdAt, id }) },
    ...claim,
    ...attributes,
  };
  return { item, parts };
}

/** What a write changes of a record's item, and the parts to be written before it. */
export function replacement(
  task: TaskRecord,
  write: string,
): { readonly change: Change; readonly parts: readonly Part[]; readonly expiry: Item } {
  const { attributes: set, parts } = changingAttributes(task, write);
  const unset = OPTIONAL_ATTRIBUTES.filter((name) => set[name] === undefined);
  return { change: { set, unset }, parts, expiry: expiryOf(set) };
}

function changingAttributes(
  task: TaskRecord,
  write: string,
): { readonly attributes: Item; readonly parts: readonly Part[] } {
  const { record, listing, parts } = packRecord(task);
  const due = dueAt(task);
  const expiry = expiresAt(task);
  const scan = task.lease !== null ? 'held' : task.state === 'queued' ? 'queued' : undefined;
  const attributes: Item = {
    version: { N: String(task.version) },
    write: { S: write },
    record: { S: record },
    ...(listing === undefined ? {} : { parts: { S: listing } }),
    ...(scan === undefined ? {} : { scan: { S: scan } }),
    ...(due === null ? {} : { due_scan: { S: 'due' }, due_position: { S: duePositionText(due, task) } }),
    ...(expiry === null ? {} : { [EXPIRES_ATTRIBUTE]: expiryValue(expiry) }),
  };
  return { attributes, parts };
}

/** Marks a record as removed. It goes to the front of what is due, so that a sweep finishes what the remover did not. */
export function removal(id: string, write: string): Change {
  return {
    set: {
      removed: { BOOL: true },
      write: { S: write },
      due_scan: { S: 'due' },
      due_position: { S: duePositionText(0, { createdAt: 0, id }) },
    },
    unset: ['scan', 'principal_hash'],
  };
}

const OPTIONAL_ATTRIBUTES = ['parts', 'scan', 'due_scan', 'due_position', EXPIRES_ATTRIBUTE] as const;

export function newClaimItem(key: ItemKey, task: TaskRecord, item: Item, birth: string): Item {
  return { ...key, birth: { S: birth }, task_id: { S: task.id }, item: { M: item }, ...expiryOf(item) };
}

/** Throws when the item is not one of ours. */
export function readRecordItem(item: Item): StoredRecord {
  return storedRecord.parse(item);
}

/** Throws when the item is not one of ours. */
export function readClaimItem(item: Item): StoredClaim {
  const { birth, task_id: taskId, item: nested } = storedClaim.parse(item);
  return { birth, taskId, item: nested.M };
}

/** The attribute by which the service removes what belongs to an item when no server does. */
export function expiryOf(item: Item): Item {
  const expires = item[EXPIRES_ATTRIBUTE];
  return expires === undefined ? {} : { [EXPIRES_ATTRIBUTE]: expires };
}

const DAY_SECONDS = 86_400;

/** In whole seconds, and a day late: what a server still sweeps itself is never gone before. */
function expiryValue(expiryMs: number): AttributeValue {
  return { N: String(Math.ceil(expiryMs / 1_000) + DAY_SECONDS) };
}

// 17 digits hold the sum of the largest exact number and any time to live; more would not sort as text.
const padded = (ms: number) => String(ms).padStart(17, '0');

/** Sorts as text as positions do: by time, then id. */
export function positionText({ createdAt, id }: Position): string {
  return `${padded(createdAt)}#${id}`;
}

function duePositionText(due: number, { createdAt, id }: Position): string {
  return `${padded(due)}#${positionText({ createdAt, id })}`;
}

/** After every position that is due at `ms` or before: '$' is the character after '#'. */
export function dueUntilText(ms: number): string {
  return `${padded(ms)}$`;
}

export function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
