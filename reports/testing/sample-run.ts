import type { Event, EventBody } from '../../harness/model/event.ts';
import { HISTORY_SCHEMA } from '../../harness/model/event.ts';
import { indexHistory } from '../../harness/model/history-index.ts';
import { trend } from '../../harness/model/percentile.ts';
import { PLAN_SCHEMA, type Plan } from '../../harness/model/plan.ts';
import { createPrng, type Prng } from '../../harness/model/prng.ts';
import { type CheckerVerdict, VERDICT_SCHEMA, type Verdict } from '../../harness/model/verdict.ts';
import type { ReportRun } from '../report-run.ts';

/** What a hostile server might send; it must stand in a report as text. */
export const HOSTILE = '</script><img src=x onerror="document.title=\'owned\'">\u2028<svg onload=alert(1)>';

const WALL = Date.UTC(2026, 0, 1);
const KILLS_MS = [6000, 13_000, 21_500];
const DOWN_MS = 900;

export interface SampleOptions {
  readonly seed?: number;
  readonly calls?: number;
  readonly agents?: number;
  /** One call lost, one doubled, one stuck; else all is well. */
  readonly broken?: boolean;
  readonly store?: string;
  readonly directory?: string;
}

interface Draft {
  readonly t: number;
  readonly body: EventBody;
  /** The draft of the request this answers. */
  readonly of?: Draft;
}

/** A run as a real one would leave it: agents that poll, three kills, lost receipts; drawn from a seed. */
export function sampleRun(options: SampleOptions = {}): ReportRun {
  const { seed = 7, calls = 120, agents = 20, broken = true, store = 'sqlite' } = options;
  const plan = samplePlan(seed, calls, agents, store);
  const drafts = sampleDrafts(plan, createPrng(seed, 'sample'), broken);
  const events = numbered(drafts);
  const history = indexHistory(plan, { events, cut: false });
  const seqOf = (test: (event: Event) => boolean) => events.filter(test).map((event) => event.seq);
  return {
    directory: options.directory ?? 'reports/out/crash-mid-task/2026-01-01T00-00-00-7',
    plan,
    verdict: sampleVerdict(plan, broken, seqOf, history.endT),
    history,
    environment: {
      gitCommit: '4be1f0c',
      node: 'v20.20.2',
      machine: { cpu: 'AMD EPYC 7B13', cores: 2, kernel: 'Linux 6.1.0', loadAverage: [0.4, 0.3, 0.2] },
    },
    stderr: [1, 2, 3, 4].map((boot) => ({ boot, tail: boot === 2 ? `recovered 9 tasks\n${HOSTILE}\n` : '' })),
  };
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

function samplePlan(seed: number, calls: number, agents: number, store: string): Plan {
  const draw = createPrng(seed, 'plan');
  const tools = [
    'generate_report',
    'analyze_code',
    'import_data',
    'search_pipeline',
    'automate_browser',
    'run_workflow',
    'effect',
  ];
  return {
    schema: PLAN_SCHEMA,
    claimcheck: '0.1.0',
    scenario: 'crash-mid-task',
    title: 'Server killed while tasks run',
    seed,
    time: 'real',
    target: {
      kind: 'reference',
      dialect: 'tasks-2026-07-28',
      transport: 'http',
      store,
      queue: 'local',
      profile: null,
      facts: {
        key: true,
        variesDuration: true,
        takesMs: 100,
        process: true,
        principals: true,
        scope: 'principal',
        effects: 'ordered',
        delivery: 'exactly-once',
        echo: true,
        cancel: true,
        failing: true,
        asking: true,
        durable: true,
        modes: ['repeatable', 'plain'],
        tools: ['work'],
      },
    },
    agents: {
      count: agents,
      policy: 'poller',
      backoff: { id: 'server-hint', options: {} },
      retry: { key: 'same', attemptsMax: 8, delayMs: 200, factor: 2, delayMsMax: 2000 },
      busyMs: 0,
    },
    load: { id: 'closed', model: 'closed', options: {} },
    calls: Array.from({ length: calls }, (_, index) => ({
      call: index + 1,
      agent: (index % agents) + 1,
      atMs: null,
      thinkMs: 0,
      tool: draw.pick(tools),
      ms: draw.integer(200, 5200),
      mode: null,
      token: `tok-${draw.hex(6)}`,
      key: `key-${index + 1}`,
      policy: 'poller',
      busyMs: 0,
      cancelAfterMs: null,
    })),
    faults: KILLS_MS.map((atMs, index) => ({
      entry: `F12#${index + 1}`,
      fault: 'F12',
      name: 'kill',
      trigger: { kind: 'time', atMs },
      options: { downMs: 500 },
    })),
    slaMs: 20_000,
    limits: { requestMs: 5000, blockingMs: 30_000, readyMs: 10_000, runMs: 120_000, stopMs: 10_000 },
    thresholds: ['lost == 0', 'detection-lag.p95 < 800ms'],
    mustReach: ['kill-mid-work'],
    notApplicable: [],
    record: 'full',
  };
}

function checker(
  id: string,
  title: string,
  invariants: readonly string[],
  more: Partial<CheckerVerdict> = {},
): CheckerVerdict {
  return { id, title, invariants, valid: true, counts: { calls: 120 }, findings: [], ...more };
}

function sampleVerdict(
  plan: Plan,
  broken: boolean,
  seqOf: (test: (event: Event) => boolean) => number[],
  endT: number,
): Verdict {
  const calls = plan.calls.length;
  const lostReads = seqOf((event) => event.kind === 'fail' && event.reason === 'not-found');
  const doubled = seqOf((event) => event.kind === 'fx' && event.call === 58 && event.phase === 'commit');
  const stuck = seqOf((event) => event.kind === 'quit' && event.call === 77);
  const violated = (invariant: string, message: string, events: readonly number[]) =>
    broken ? { valid: false as const, findings: [{ invariant, message, events }] } : {};
  const numbers = (count: number, from: number, spread: number) =>
    Array.from({ length: count }, (_, index) => from + ((index * 7919) % 1000) * (spread / 1000));
  const firstKill = seqOf((event) => event.kind === 'proc' && event.phase === 'exit')[0] ?? null;
  return {
    schema: VERDICT_SCHEMA,
    claimcheck: '0.1.0',
    scenario: plan.scenario,
    seed: plan.seed,
    time: 'real',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: Math.round(endT / 1e6),
    interrupted: false,
    target: {
      kind: 'reference',
      server: { name: 'claimcheck', version: '0.1.0' },
      dialect: plan.target.dialect,
      transport: 'http',
      store: plan.target.store,
      queue: 'local',
      agents: plan.agents.count,
      backoff: 'server-hint',
      load: 'closed',
    },
    valid: !broken,
    exitCode: broken ? 1 : 0,
    checkers: [
      checker('broken-keys', 'Same key, same task', ['S13']),
      checker('conservation', 'Fates add up to the calls', []),
      checker('duplicate-effects', 'No work done twice', ['S3'], {
        counts: { calls, doubled: broken ? 1 : 0 },
        ...violated('S3', 'call 58 (agent 18) committed twice, 0.707 s apart, under one key', doubled),
      }),
      checker('fault-coverage', 'Every planned fault struck', [], { counts: { entries: 10 } }),
      checker('lost-tasks', 'No accepted task is lost', ['S1', 'S2'], {
        counts: { acks: calls, reads: 912 },
        ...violated(
          'S2',
          `call 41 (agent 1) had a receipt, and later the server answered: Unknown task ${HOSTILE}`,
          lostReads,
        ),
      }),
      checker('malformed-replies', 'Replies have the shape the protocol gives them', ['S17'], {
        warnings: [{ invariant: 'S17', message: 'ttlMs shrank between two reads of task-9', events: [] }],
      }),
      checker('repeated-ids', 'Task ids are unique and hard to guess', ['S12']),
      checker('slow-recovery', 'Recovers after a restart', ['L2'], {
        valid: 'not-applicable',
        reason: 'the scenario states no limit for recovery',
      }),
      checker(
        'unsettled-tasks',
        'Every accepted task comes to an end',
        ['L1'],
        violated('L1', 'call 77 (agent 17) was accepted and still at work 15.2 s later', stuck),
      ),
      checker('wrong-results', 'Results belong to their call', ['S8']),
    ],
    fates: broken
      ? { doubled: 1, lost: 1, stuck: 1, 'settled-failed': 4, 'settled-ok': calls - 8, void: 1 }
      : { 'settled-failed': 4, 'settled-ok': calls - 4 },
    phantom: 0,
    metrics: {
      'ack-latency': trend(numbers(calls, 4, 28), { unit: 'ms', censored: 1 }),
      'binding-accuracy': { type: 'rate', numerator: calls - 2, denominator: calls - 2, value: 1 },
      'continuations-correct': { type: 'rate', numerator: calls - 2, denominator: calls - 2, value: 1 },
      'continuations-late': { type: 'counter', unit: 'calls', value: 0 },
      'detection-lag': trend(numbers(calls - 2, 3, 250), { unit: 'ms', censored: broken ? 2 : 0 }),
      'generator-lateness': trend(numbers(calls, 0.05, 1.1), { unit: 'ms', censored: 0 }),
      'poll-burst': { type: 'rate', numerator: 81, denominator: 44.2, value: 1.832579 },
      polls: { type: 'counter', unit: 'requests', value: 912 },
      'recovery-time': trend([912, 934, 951], { unit: 'ms', censored: 0 }),
      'response-survival': {
        type: 'curve',
        unit: 'ratio',
        count: 131,
        at: { '700': 0.05, '1000': 0.05, '7000': 0.05 },
      },
      'useful-polls': { type: 'rate', numerator: 117, denominator: 912, value: 0.128289 },
    },
    thresholds: [
      { expression: 'detection-lag.p95 < 800ms', valid: true, value: 240.6 },
      { expression: 'lost == 0', valid: !broken, value: broken ? 1 : 0 },
    ],
    coverage: [
      { id: 'kill-mid-work', title: 'Killed while work was going on', required: true, reached: 14, first: firstKill },
      { id: 'cancel-won', title: 'A cancel came before the end of the work', required: false, reached: 0, first: null },
    ],
    faults: [
      { id: 'F1', name: 'latency', planned: 1, verified: 1 },
      { id: 'F12', name: 'kill', planned: 3, verified: 3 },
      { id: 'F5', name: 'reply-lost', planned: 6, verified: 6 },
      {
        id: 'F14',
        name: 'pause',
        planned: 0,
        verified: 0,
        applicable: false,
        reason: 'the target was not started by the harness',
      },
    ],
    replay: `claimcheck replay reports/out/crash-mid-task/2026-01-01T00-00-00-${plan.seed}`,
  };
}
