import {
  CancelTaskResultV1Schema,
  CreateTaskResultV1Schema,
  GetTaskResultV1Schema,
} from '@modelcontextprotocol/ext-tasks/core/v1';
import {
  CancelTaskResultV2Schema,
  ContentBlockV2Schema,
  CreateTaskResultV2Schema,
  GetTaskResultV2Schema,
} from '@modelcontextprotocol/ext-tasks/core/v2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json-rpc.ts';
import { isPlainAck, isPlainLegacyTask, isPlainReceipt, isPlainState, isPlainText } from './plain-reply.ts';

interface Form {
  isPlain(value: JsonObject): boolean;
  isOfficial(value: JsonObject): boolean;
  readonly good: readonly JsonObject[];
}

const words = { taskId: 't', createdAt: '2026-01-01T00:00:00Z', lastUpdatedAt: '2026-01-01T00:00:00Z' };
const modern = { ...words, statusMessage: 'Running.', ttlMs: 1000, pollIntervalMs: 500, _meta: { a: { b: [1] } } };
const legacy = { ...words, status: 'working', statusMessage: 'Running.', ttl: null, pollInterval: 500 };

const FORMS: Readonly<Record<string, Form>> = {
  'a receipt of 2026-07-28': {
    isPlain: isPlainReceipt,
    isOfficial: (value) => CreateTaskResultV2Schema.safeParse(value).success,
    good: [{ ...modern, status: 'working', resultType: 'task' }],
  },
  'a state of 2026-07-28': {
    isPlain: isPlainState,
    isOfficial: (value) => GetTaskResultV2Schema.safeParse(value).success,
    good: [
      { ...modern, status: 'working', resultType: 'complete' },
      { ...words, ttlMs: null, status: 'cancelled', resultType: 'complete' },
      { ...modern, status: 'completed', result: { content: [], structuredContent: { x: 1 } }, resultType: 'complete' },
    ],
  },
  'an acknowledgement of 2026-07-28': {
    isPlain: isPlainAck,
    isOfficial: (value) => CancelTaskResultV2Schema.safeParse(value).success,
    good: [{ resultType: 'complete' }, { resultType: 'complete', _meta: {} }],
  },
  'a task of 2025-11-25': {
    isPlain: isPlainLegacyTask,
    isOfficial: (task) =>
      GetTaskResultV1Schema.safeParse(task).success &&
      CancelTaskResultV1Schema.safeParse(task).success &&
      CreateTaskResultV1Schema.safeParse({ task }).success,
    good: [legacy, { ...legacy, ttl: 60_000, status: 'cancelled' }],
  },
  'a text': {
    isPlain: isPlainText,
    isOfficial: (value) => ContentBlockV2Schema.safeParse(value).success,
    good: [{ type: 'text', text: 'done' }],
  },
};

describe.each(Object.entries(FORMS))('%s', (_name, { isPlain, isOfficial, good }) => {
  it('is told at a glance', () => {
    for (const value of good) expect([isPlain(value), isOfficial(value)]).toEqual([true, true]);
  });

  it('is never plain where the official schema refuses it', () => {
    const keys = [
      ...new Set(good.flatMap((value) => Object.keys(value))),
      'annotations',
      '_meta',
      'error',
      'inputRequests',
    ];
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('working', 'failed', 'input_required', 'complete', 'task', 1.5, -1),
    );
    const changes = fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 3 });
    const cases = fc.tuple(fc.constantFrom(...good), changes, fc.option(fc.constantFrom(...keys), { nil: undefined }));
    fc.assert(
      fc.property(cases, ([value, changed, left]) => {
        const reply: Record<string, unknown> = JSON.parse(JSON.stringify({ ...value, ...changed }));
        if (left !== undefined) delete reply[left];
        if (isPlain(reply)) expect(isOfficial(reply)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
