import { type Event, type EventBody, HISTORY_SCHEMA } from '../../harness/model/event.ts';
import type { Plan } from '../../harness/model/plan.ts';
import type { Prng } from '../../harness/model/prng.ts';
import { HOSTILE } from './hostile-text.ts';
import { KILLS_MS } from './sample-plan.ts';

const WALL = Date.UTC(2026, 0, 1);
const DOWN_MS = 900;

interface Draft {
  readonly t: number;
  readonly body: EventBody;
  /** The draft of the request this answers. */
  readonly of?: Draft;
}

/** The history of the sample, drawn. */
export function sampleEvents(plan: Plan, draw: Prng, broken: boolean): readonly Event[] {
  return numbered(sampleDrafts(plan, draw, broken));
}

function numbered(drafts: readonly Draft[]): readonly Event[] {
  const ordered = [...drafts].sort((a, b) => a.t - b.t);
  const seqs = new Map(ordered.map((draft, seq) => [draft, seq]));
  return ordered.map(({ t, body, of }, seq) => {
    const stamp = { seq, t: Math.round(t * 1e6), wall: WALL + t };
    const answered = of === undefined ? undefined : seqs.get(of);
    if (answered !== undefined && (body.kind === 'ok' || body.kind === 'info' || body.kind === 'fail')) {
      return { ...stamp, ...body, of: answered };
    }
    return { ...stamp, ...body };
  });
}

function sampleDrafts(plan: Plan, draw: Prng, broken: boolean): Draft[] {
  const drafts: Draft[] = [
    { t: 0, body: { kind: 'run', schema: HISTORY_SCHEMA, startedAt: new Date(WALL).toISOString(), time: 'real' } },
    ...serverDrafts(),
  ];
  const freeAt = new Map<number, number>();
  let end = 0;
  for (const call of plan.calls) {
    const start = (freeAt.get(call.agent) ?? 500) + draw.integer(50, 600);
    const done = callDrafts(drafts, plan, call.call, start, draw, broken);
    freeAt.set(call.agent, done);
    end = Math.max(end, done);
  }
  drafts.push({ t: 8000, body: { kind: 'fault', id: 'F1', entry: 'F1#1', phase: 'start' } });
  drafts.push({ t: 10_500, body: { kind: 'fault', id: 'F1', entry: 'F1#1', phase: 'stop' } });
  drafts.push({ t: end + 100, body: { kind: 'note', topic: 'audit' } });
  drafts.push({ t: end + 900, body: { kind: 'proc', boot: 4, phase: 'exit', code: 0, signal: null, by: 'harness' } });
  drafts.push({ t: end + 950, body: { kind: 'note', topic: 'end' } });
  return drafts;
}

function serverDrafts(): Draft[] {
  const drafts: Draft[] = [
    { t: 1, body: { kind: 'proc', boot: 1, pid: 4001, phase: 'spawn', by: 'harness' } },
    { t: 320, body: { kind: 'proc', boot: 1, phase: 'ready' } },
  ];
  for (const [index, t] of KILLS_MS.entries()) {
    const entry = `F12#${index + 1}`;
    drafts.push(
      { t: t - 1, body: { kind: 'fault', id: 'F12', entry, phase: 'start' } },
      { t, body: { kind: 'proc', boot: index + 1, phase: 'exit', code: null, signal: 'SIGKILL', by: entry } },
      { t: t + 1, body: { kind: 'fault', id: 'F12', entry, phase: 'verified' } },
      { t: t + 500, body: { kind: 'proc', boot: index + 2, pid: 4002 + index, phase: 'spawn', by: entry } },
      { t: t + DOWN_MS, body: { kind: 'proc', boot: index + 2, phase: 'ready' } },
      { t: t + DOWN_MS + 1, body: { kind: 'fault', id: 'F12', entry, phase: 'stop' } },
    );
  }
  return drafts;
}

const downUntil = (t: number) => KILLS_MS.find((kill) => t >= kill && t < kill + DOWN_MS);
const bootAt = (t: number) => 1 + KILLS_MS.filter((kill) => t >= kill).length;

/** One call from its send to its next step; gives when its agent is free again. Calls 41, 58 and 77 go wrong if asked to. */
function callDrafts(drafts: Draft[], plan: Plan, number: number, start: number, draw: Prng, broken: boolean): number {
  const call = plan.calls[number - 1];
  if (call === undefined) throw new Error(`no call ${number}`);
  const agent = call.agent;
  const task = `task-${number}`;
  let rpc = number * 1000;
  const send = (t: number, op: 'create' | 'get', attempt: number): Draft => {
    const inv: Draft = {
      t,
      body: {
        kind: 'inv',
        op,
        call: number,
        attempt,
        agent,
        conn: `a${agent}`,
        rpcId: rpc++,
        bytes: 260,
        ...(op === 'create' ? { intended: Math.round(t * 1e6), key: `key-${number}` } : { task }),
      },
    };
    drafts.push(inv);
    return inv;
  };
  const fx = (t: number, phase: 'begin' | 'commit') =>
    drafts.push({
      t,
      body: { kind: 'fx', token: call.token, call: number, phase, boot: bootAt(t), at: Math.round(t * 1e6) },
    });
  let t = start;
  let sent = send(t, 'create', 1);
  const isLostReceipt = number % 19 === 5;
  for (let attempt = 2; isLostReceipt ? attempt === 2 : downUntil(t) !== undefined; attempt += 1) {
    if (isLostReceipt) {
      drafts.push({ t: t + 8, body: { kind: 'fault', id: 'F5', entry: `F5#${number}`, phase: 'verified' } });
    }
    drafts.push({ t: t + 9, of: sent, body: { kind: 'info', of: 0, reason: 'reset', message: 'read ECONNRESET' } });
    t += 400;
    sent = send(t, 'create', attempt);
    if (isLostReceipt) break;
  }
  const ack = t + draw.integer(4, 30);
  drafts.push({ t: ack, of: sent, body: { kind: 'ok', of: 0, task, status: 'working', pollMs: 250, shape: [] } });
  let begin = ack + draw.integer(1, 60);
  let commit = begin + call.ms + draw.integer(0, 30);
  fx(begin, 'begin');
  const kill = KILLS_MS.find((at) => at > begin && at <= commit);
  if (kill !== undefined) {
    begin = kill + DOWN_MS + draw.integer(5, 120);
    commit = begin + call.ms;
    fx(begin, 'begin');
  }
  const isLost = broken && number === 41;
  const isStuck = broken && number === 77;
  if (!isStuck) fx(commit, 'commit');
  if (broken && number === 58) fx(commit + 707, 'commit');
  for (let poll = 1; ; poll += 1) {
    const at = ack + poll * 250 + draw.integer(0, 12);
    const asked = send(at, 'get', poll);
    if (downUntil(at) !== undefined) {
      drafts.push({
        t: at + 3,
        of: asked,
        body: { kind: 'info', of: 0, reason: 'reset', message: 'connect ECONNREFUSED' },
      });
    } else if (isLost && at > commit) {
      drafts.push({
        t: at + 4,
        of: asked,
        body: {
          kind: 'fail',
          of: 0,
          reason: 'not-found',
          code: -32602,
          message: `Unknown task ${HOSTILE}`,
          answered: true,
        },
      });
      drafts.push({ t: at + 5, body: { kind: 'quit', agent, call: number, why: 'lost' } });
      return at + 6;
    } else if (isStuck || at < commit) {
      drafts.push({
        t: at + 4,
        of: asked,
        body: {
          kind: 'ok',
          of: 0,
          task,
          status: 'working',
          statusMessage: number === 3 ? HOSTILE : 'at work',
          pollMs: 250,
          shape: [],
        },
      });
    } else {
      const result = { content: [{ type: 'text', text: number === 3 ? HOSTILE : `report for ${call.token}` }] };
      drafts.push({
        t: at + 5,
        of: asked,
        body: { kind: 'ok', of: 0, task, status: 'completed', result, echo: call.token, shape: [] },
      });
      drafts.push({ t: at + 6, body: { kind: 'know', task, call: number, agent } });
      drafts.push({ t: at + 7, body: { kind: 'bind', task, call: number, agent, echo: call.token } });
      drafts.push({ t: at + 8, body: { kind: 'use', inputs: [task], call: number, agent } });
      return at + 10;
    }
    if (isStuck && poll === 60) {
      drafts.push({ t: at + 6, body: { kind: 'quit', agent, call: number, why: 'deadline' } });
      return at + 10;
    }
  }
}
