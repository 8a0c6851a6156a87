import type { OkBody } from '../event.ts';
import type { PlannedFault } from '../plan.ts';
import { createHistory, type HistoryBuilder, resultFor, taskOf } from './history-builder.ts';

/** What becomes of a call in a run in which the server does nothing wrong. */
export const LIVES = ['plain', 'lost-receipt', 'duplicate', 'probed', 'refused', 'failed', 'void'] as const;
export type Life = (typeof LIVES)[number];

export interface LegalRun {
  readonly lives: readonly Life[];
  readonly agents: number;
  /** ms: when the server is killed; it is back 2 ms later. */
  readonly killsMs: readonly number[];
}

/** One wrong thing, done to call 1. Each is an act of the server, or of the harness, that no legal run holds. */
export const WRONGS = {
  'denied at once': { invariant: 'S1', life: 'plain' },
  'denied later': { invariant: 'S2', life: 'plain' },
  'committed again': { invariant: 'S3', life: 'plain' },
  'never committed': { invariant: 'S4', life: 'plain' },
  'committed for nobody': { invariant: 'S5', life: 'plain' },
  'committed after a refusal': { invariant: 'S6', life: 'refused' },
  'committed after the end': { invariant: 'S7', life: 'plain' },
  'another result': { invariant: 'S8', life: 'plain' },
  'another result later': { invariant: 'S9', life: 'plain' },
  'working again': { invariant: 'S10', life: 'plain' },
  'the id of another': { invariant: 'S12', life: 'plain' },
  'another task for the key': { invariant: 'S13', life: 'plain' },
  'answered twice': { invariant: 'S16', life: 'plain' },
  'a bad shape': { invariant: 'S17', life: 'plain' },
  // Where it is the only task of a boot, that boot has settled nothing new either.
  'never settled': { invariant: 'L1', life: 'plain', mayAlsoShow: ['L2'] },
  'ended twice': { invariant: 'conservation', life: 'plain' },
} as const satisfies Readonly<
  Record<string, { readonly invariant: string; readonly life: Life; readonly mayAlsoShow?: readonly string[] }>
>;
export type Wrong = keyof typeof WRONGS;

interface Step {
  readonly atMs: number;
  run(h: HistoryBuilder): void;
}

/** The work has no effect before its end is shown. */
const UNCOMMITTED: ReadonlySet<Wrong> = new Set(['never committed', 'committed after the end']);
const AUDIT_MS = 5000;
const TOO_LATE_MS = 20_000;

/** Tells a whole run, from the first boot to the end, with at most one wrong thing in it. */
export function tellRun(run: LegalRun, wrong: Wrong | null = null): HistoryBuilder {
  const faults = run.killsMs.map((atMs, index): PlannedFault => {
    return { entry: `F12#${index + 1}`, fault: 'F12', name: 'kill', trigger: { kind: 'time', atMs }, options: {} };
  });
  const h = createHistory({ calls: run.lives.length + 1, agents: run.agents, faults });
  const steps: Step[] = run.killsMs.flatMap((atMs, index) => kill(atMs, `F12#${index + 1}`));
  for (const [index, life] of run.lives.entries()) steps.push(...live(index + 1, life, index === 0 ? wrong : null));
  // The last call of the plan only comes into play where a wrong needs a second one.
  const last = run.lives.length + 1;
  if (wrong === 'the id of another') steps.push(...give(last, AUDIT_MS - 10, taskOf(1)));
  else
    steps.push({
      atMs: AUDIT_MS - 10,
      run: (to) => void to.fail(AUDIT_MS - 10, to.create(AUDIT_MS - 10, last), 'full'),
    });
  steps.sort((a, b) => a.atMs - b.atMs);
  for (const step of steps) step.run(h);
  audit(h, run, wrong);
  return h;
}

function kill(atMs: number, entry: string): Step[] {
  return [
    { atMs, run: (h) => void h.kill(atMs, entry) },
    { atMs: atMs + 2, run: (h) => void h.boot(atMs + 2) },
    { atMs: atMs + 2, run: (h) => void h.fault(atMs + 2, entry, 'stop') },
  ];
}

/** A request and its answer, both between two kills. */
function ask(atMs: number, run: (h: HistoryBuilder) => void): Step {
  return { atMs, run };
}

function give(call: number, atMs: number, task: string, more: Partial<OkBody> = {}): Step[] {
  return [ask(atMs, (h) => h.ok(atMs, h.create(atMs, call), { task, ...more }))];
}

function live(call: number, life: Life, wrong: Wrong | null): Step[] {
  const startMs = 10 + call * 7;
  const task = taskOf(call);
  const isAccepted = life !== 'refused' && life !== 'void';
  if (!isAccepted) {
    const end = (h: HistoryBuilder) =>
      life === 'refused'
        ? h.fail(startMs, h.create(startMs, call), 'full')
        : h.info(startMs, h.create(startMs, call), 'timeout');
    const effect = wrong === 'committed after a refusal' ? [commit(call, startMs + 5)] : [];
    return [ask(startMs, end), ...effect];
  }
  const doneMs = startMs + 60;
  return [
    ...receipt(call, life, startMs, task),
    ...(wrong === 'denied at once' ? [deny(call, startMs + 1, task)] : []),
    ask(startMs + 2, (h) => h.ok(startMs + 2, h.get(startMs + 2, call, task))),
    { atMs: startMs + 3, run: (h) => void h.begin(startMs + 3, call) },
    ...(life === 'failed' || (wrong !== null && UNCOMMITTED.has(wrong)) ? [] : [commit(call, doneMs - 5)]),
    ...(wrong === 'never settled' ? [] : [fetch(call, life, doneMs, task, wrong)]),
    ...(life === 'probed' ? [probe(call, doneMs + 3, task)] : []),
    ...act(call, doneMs + 4, task, wrong),
  ];
}

function receipt(call: number, life: Life, atMs: number, task: string): Step[] {
  if (life !== 'lost-receipt' && life !== 'duplicate') return give(call, atMs, task);
  return [
    ask(atMs, (h) => {
      const create = h.create(atMs, call);
      const { conn, rpcId } = requestOf(h, create);
      const entries = [life === 'duplicate' ? 'F8#1' : 'F5#1'];
      if (life === 'duplicate') {
        h.frame(atMs, { conn, rpcId, action: 'dup', entries });
        h.ok(atMs, create, { task });
        h.frame(atMs, { conn, rpcId, dir: 'in', type: 'response', action: 'drop', entries });
        return;
      }
      h.frame(atMs, { conn, rpcId, dir: 'in', type: 'response', action: 'cut', entries });
      h.info(atMs, create, 'reset');
      h.ok(atMs, h.create(atMs, call, { attempt: 2 }), { task });
    }),
  ];
}

/** The same call again, although it has its receipt. */
function probe(call: number, atMs: number, task: string): Step {
  return ask(atMs, (h) => h.ok(atMs, h.create(atMs, call, { attempt: 2, probe: true }), { task, status: 'completed' }));
}

function requestOf(h: HistoryBuilder, seq: number) {
  const event = h.events[seq];
  if (event?.kind !== 'inv') throw new Error(`expected event ${seq} to be a request, got ${event?.kind}`);
  return event;
}

function commit(call: number, atMs: number): Step {
  return { atMs, run: (h) => void h.commit(atMs, call) };
}

function deny(call: number, atMs: number, task: string): Step {
  return ask(atMs, (h) => h.fail(atMs, h.get(atMs, call, task), 'not-found'));
}

function fetch(call: number, life: Life, atMs: number, task: string, wrong: Wrong | null): Step {
  const more: Partial<OkBody> = {
    ...(life === 'failed' ? { isError: true } : {}),
    ...(wrong === 'another result' ? { echo: 'token-9999' } : {}),
    ...(wrong === 'a bad shape' ? { shape: ['ttlMs is negative'] } : {}),
  };
  return ask(atMs, (h) => {
    h.done(atMs, h.get(atMs, call, task), more);
    h.add(atMs, { kind: 'know', task, call, agent: h.plan.calls[call - 1]?.agent ?? 1 });
  });
}

/** What goes wrong after the result was fetched. */
function act(call: number, atMs: number, task: string, wrong: Wrong | null): Step[] {
  switch (wrong) {
    case 'denied later':
      return [deny(call, atMs, task)];
    case 'committed again':
    case 'committed after the end':
      return [commit(call, atMs)];
    case 'committed for nobody':
      return [{ atMs, run: (h) => void h.commit(atMs, call, { token: 'nobody', call: null }) }];
    case 'another result later':
      return [ask(atMs, (h) => h.done(atMs, h.get(atMs, call, task), { result: { changed: true } }))];
    case 'working again':
      return [ask(atMs, (h) => h.ok(atMs, h.get(atMs, call, task)))];
    case 'another task for the key':
      return [probe(call, atMs, taskOf(call, 1))];
    case 'answered twice':
      return [
        ask(atMs, (h) => {
          const read = h.get(atMs, call, task);
          h.done(atMs, read);
          const { conn, rpcId } = requestOf(h, read);
          h.frame(atMs, { conn, rpcId, dir: 'in', type: 'response' });
        }),
      ];
    case 'ended twice':
      return [
        ask(atMs, (h) => {
          const read = h.get(atMs, call, task);
          h.done(atMs, read);
          h.info(atMs, read, 'timeout');
        }),
      ];
    default:
      return [];
  }
}

function audit(h: HistoryBuilder, run: LegalRun, wrong: Wrong | null): void {
  const atMs = wrong === 'never settled' ? TOO_LATE_MS : AUDIT_MS;
  for (const topic of ['drained', 'healed', 'audit']) h.note(atMs, topic);
  const tasks = run.lives.flatMap((life, index) =>
    life === 'refused' || life === 'void' ? [] : [{ life, call: index + 1, task: taskOf(index + 1) }],
  );
  if (wrong === 'another task for the key') tasks.push({ life: 'plain', call: 1, task: taskOf(1, 1) });
  for (const { life, call, task } of [...tasks, ...tasks]) {
    const read = h.get(atMs, call, task, { agent: 'auditor', as: h.plan.calls[call - 1]?.agent ?? 1 });
    if (wrong === 'never settled' && call === 1) h.ok(atMs, read);
    else h.ok(atMs, read, { ...resultFor(call), ...(life === 'failed' ? { isError: true } : {}) });
  }
  h.note(atMs, 'end');
}
