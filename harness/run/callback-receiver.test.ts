import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DialectId } from '../model/operation.ts';
import type { WireTarget } from '../wire/wire-target.ts';
import { type CallbackReceiver, openCallbackReceiver } from './callback-receiver.ts';

const targetOf = (dialect: DialectId): WireTarget => ({
  dialect,
  tools: new Map(),
  handle: null,
  echo: null,
  renderArguments: (template) => template,
  ttlMs: null,
});
const TASK = { taskId: 't1', status: 'completed', createdAt: '2026-01-01T00:00:00.000Z', ttlMs: null };

let recorded: string[];
let receiver: CallbackReceiver;
beforeEach(async () => {
  recorded = [];
  receiver = await openCallbackReceiver(targetOf('tasks-2026-07-28'), (event) => {
    const what = event.kind === 'note' ? event.topic : event.kind === 'push' ? `${event.task} ${event.status}` : '';
    recorded.push(`${event.kind}: ${what}`);
  });
});
afterEach(() => receiver[Symbol.asyncDispose]());

/** A call with the fields of Standard Webhooks, signed with this run's secret or another. */
async function call(secret = receiver.env.CLAIMCHECK_WEBHOOK_SECRET ?? ''): Promise<number> {
  const body = JSON.stringify({ type: 'task.completed', data: TASK });
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`msg_1.1700000000.${body}`).digest('base64');
  const { status } = await fetch(receiver.urlOf(1), {
    method: 'POST',
    body,
    headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': '1700000000', 'webhook-signature': `v1,${signature}` },
  });
  return status;
}

it('says that there is a place, and reads the ledger before it records a call', async () => {
  receiver.drainWith(() => recorded.push('drained'));
  expect(await call()).toBe(204);
  expect(recorded).toEqual(['note: callbacks', 'drained', 'push: t1 completed']);
});

it('records no call that somebody else signed', async () => {
  expect(await call(`whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(401);
  expect(recorded).toEqual(['note: callbacks', 'note: callback']);
});

it('is no place where the dialect tells nothing of a task', async () => {
  recorded = [];
  await using _other = await openCallbackReceiver(targetOf('handle'), ({ kind }) => void recorded.push(kind));
  expect(recorded).toEqual([]);
});
