import { z } from 'zod';
import { HISTORY_SCHEMA } from '../../model/event.ts';
import { OPERATIONS, REASONS, STATUSES } from '../../model/operation.ts';

/** One line of history.jsonl for readers of other programs. They ignore kinds and keys that they do not know. */

const stamp = {
  seq: z.number().describe('0, 1, 2 … without a gap.'),
  t: z.number().describe('Whole ns since the start of the run, monotonic.'),
  wall: z.number().describe('ms since the epoch.'),
};
const agentId = z.union([z.number(), z.literal('auditor')]);
const rpcId = z.union([z.number(), z.string()]);
const evidence = z.record(z.string(), z.unknown());

const observation = {
  task: z.string().optional(),
  status: z.enum(STATUSES).optional(),
  statusMessage: z.string().optional(),
  result: z.unknown().optional().describe('As received; above 64 KiB resultSha and bytes stand for it.'),
  resultSha: z.string().optional(),
  bytes: z.number().optional(),
  isError: z.boolean().optional(),
  echo: z.string().nullable().optional().describe('The token found in the result; null: none.'),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
  createdAt: z.string().optional(),
  lastUpdatedAt: z.string().optional(),
  ttlMs: z.number().nullable().optional(),
  pollMs: z.number().optional(),
  inputs: z.array(z.string()).optional(),
  inputShas: z.record(z.string(), z.string()).optional(),
};

const unsure = {
  ...stamp,
  of: z.number(),
  reason: z.enum(REASONS),
  code: z.number().optional(),
  http: z.number().optional(),
  message: z.string().optional(),
  shape: z.array(z.string()).optional(),
  answered: z.boolean().optional(),
  retryAfterMs: z.number().optional(),
  gateway: z.boolean().optional(),
  rpcIds: z.array(rpcId).optional(),
};

const spell = { ...stamp, agent: z.number(), from: z.number(), to: z.number(), call: z.number().optional() };

export const eventSchema = z.discriminatedUnion('kind', [
  z.object({
    ...stamp,
    kind: z.literal('run'),
    schema: z.literal(HISTORY_SCHEMA),
    startedAt: z.string(),
    time: z.enum(['real', 'virtual']),
  }),
  z
    .object({
      ...stamp,
      kind: z.literal('inv'),
      op: z.enum(OPERATIONS),
      call: z.number(),
      attempt: z.number(),
      task: z.string().optional(),
      agent: agentId,
      as: z.number().optional(),
      conn: z.string(),
      rpcId,
      key: z.string().optional(),
      probe: z.boolean().optional(),
      trespass: z.boolean().optional(),
      intended: z.number().optional().describe('ns since the start of the run: latency counts from here.'),
      bytes: z.number().optional(),
      inputs: z.array(z.string()).optional(),
    })
    .describe('Something is about to be sent.'),
  z
    .object({
      ...stamp,
      ...observation,
      kind: z.literal('ok'),
      of: z.number().describe('seq of its inv.'),
      shape: z.array(z.string()).optional(),
      rpcIds: z.array(rpcId).optional(),
    })
    .describe('It did happen.'),
  z.object({ ...unsure, kind: z.literal('fail') }).describe('It did not happen.'),
  z.object({ ...unsure, kind: z.literal('info') }).describe('Nobody knows whether it happened.'),
  z
    .object({ ...stamp, ...observation, kind: z.literal('push'), conn: z.string(), delivery: z.string().optional() })
    .describe('A notification with the state of a task.'),
  z
    .object({
      ...stamp,
      kind: z.literal('fx'),
      token: z.string(),
      call: z.number().nullable(),
      phase: z.enum(['begin', 'commit']),
      boot: z.number(),
      worker: z.string().optional(),
      at: z.number(),
      seen: z.boolean().optional(),
    })
    .describe('An effect, read from the ledger.'),
  z.object({
    ...stamp,
    kind: z.literal('fault'),
    id: z.string(),
    entry: z.string(),
    phase: z.enum(['plan', 'start', 'verified', 'stop']),
    evidence: evidence.optional(),
  }),
  z
    .object({
      ...stamp,
      kind: z.literal('proc'),
      boot: z.number(),
      pid: z.number().optional(),
      process: z.string().optional(),
      phase: z.enum(['spawn', 'ready', 'exit']),
      code: z.number().nullable().optional(),
      signal: z.string().nullable().optional(),
      by: z.string().optional(),
    })
    .describe('One life of the server, or of one of its processes.'),
  z
    .object({
      ...stamp,
      kind: z.literal('frame'),
      conn: z.string(),
      dir: z.enum(['out', 'in']).describe('out: towards the server.'),
      action: z.enum(['pass', 'hold', 'delay', 'drop', 'dup', 'cut', 'flip']),
      bytes: z.number(),
      type: z.enum(['request', 'response', 'notification', 'garbage']),
      rpcId: rpcId.nullable().optional(),
      method: z.string().optional(),
      http: z.number().optional(),
      text: z.string().optional(),
      sha: z.string().optional(),
      entries: z.array(z.string()).optional(),
      delayMs: z.number().optional(),
      process: z.string().optional(),
    })
    .describe('One message on one connection.'),
  z.object({
    ...stamp,
    kind: z.literal('gen'),
    lateness: z.number().optional(),
    dropped: z.number().optional(),
    call: z.number().optional(),
  }),
  z.object({ ...stamp, kind: z.literal('know'), task: z.string(), call: z.number(), agent: z.number() }),
  z.object({
    ...stamp,
    kind: z.literal('bind'),
    task: z.string(),
    call: z.number(),
    agent: z.number(),
    echo: z.string().nullable().optional(),
  }),
  z.object({ ...stamp, kind: z.literal('use'), call: z.number(), inputs: z.array(z.string()), agent: z.number() }),
  z.object({ ...spell, kind: z.literal('act') }),
  z.object({ ...spell, kind: z.literal('idle') }),
  z.object({ ...stamp, kind: z.literal('quit'), agent: z.number(), call: z.number(), why: z.string() }),
  z.object({
    ...stamp,
    kind: z.literal('note'),
    topic: z.string(),
    text: z.string().optional(),
    data: evidence.optional(),
  }),
]);
