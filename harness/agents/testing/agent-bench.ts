import { vi } from 'vitest';
import type { AgentContext, AgentPolicy, AgentWire, CreateOptions } from '../../model/agent.ts';
import { type Backoff, createDurationMemory } from '../../model/backoff.ts';
import { createSystemClock, nsOf } from '../../model/clock.ts';
import type { EventBody } from '../../model/event.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan, PlannedCall, PlannedFault } from '../../model/plan.ts';
import { createPrng } from '../../model/prng.ts';
import { samplePlan, sampleTarget } from '../../model/testing/sample-plan.ts';
import { messageOf } from '../../model/usage-error.ts';

export const WORKING: Outcome = { type: 'ok', task: 'k1', status: 'working', shape: [] };
export const ACKED: Outcome = { type: 'ok', task: 'k1', shape: [] };
export const DONE: Outcome = { type: 'ok', task: 'k1', status: 'completed', echo: 'tk1', shape: [] };
export const GONE: Outcome = { type: 'fail', reason: 'not-found', code: -32602, answered: true };
export const RESET: Outcome = { type: 'info', reason: 'reset' };

/** A scripted answer: the outcome, and how long it takes (ms). */
export interface Reply {
  readonly outcome: Outcome;
  readonly takesMs?: number;
}

export interface Bench {
  /** Runs one call of the policy to its end in virtual time; the log holds what was sent and recorded, with ms. */
  run(policy: AgentPolicy): Promise<readonly string[]>;
}

export interface BenchOptions {
  /** What each operation answers, in order; the last one is repeated. Default: working, then done after 10 s. */
  readonly create?: readonly Reply[];
  readonly get?: readonly Reply[] | ((atMs: number) => Outcome);
  readonly result?: readonly Reply[];
  readonly cancel?: readonly Reply[];
  readonly update?: readonly Reply[];
  /** Tasks of other agents, by their calls. */
  readonly tasks?: ReadonlyMap<number, string>;
  readonly wire?: Partial<Pick<AgentWire, 'hasBlockingResult' | 'getCarriesResult' | 'answersBy'>>;
  readonly call?: Partial<PlannedCall>;
  readonly retry?: Partial<Plan['agents']['retry']>;
  readonly faults?: readonly PlannedFault[];
  readonly backoff: Backoff;
  readonly backoffOptions?: Readonly<Record<string, number>>;
  readonly deadlineMs?: number | (() => number);
  /** Notifications come at these instants; then the stream ends, at `endsAtMs` if that is given. Left out: there are none. */
  readonly news?: { readonly atMs: readonly number[]; readonly endsAtMs?: number };
  /** The run is aborted at this instant. */
  readonly abortAtMs?: number;
}

/** An agent without a server: every answer is scripted, time is virtual, every send and every record is written down. */
export function createBench(options: BenchOptions): Bench {
  const log: string[] = [];
  const aborting = new AbortController();
  const clock = createSystemClock();
  const atMs = () => Math.round(clock.now() / 1e4) / 100;
  const write = (text: string) => log.push(`${atMs()} ${text}`);
  const call = plannedCall(options.call);
  const { wire = {}, deadlineMs = 60_000, backoffOptions = {} } = options;

  const answer = (op: 'create' | 'get' | 'result' | 'cancel' | 'update', fallback: readonly Reply[]) => {
    const script = options[op] ?? fallback;
    let asked = 0;
    return async (shown: string, timeoutMs = Number.POSITIVE_INFINITY): Promise<Outcome> => {
      write(shown);
      if (typeof script === 'function') return script(atMs());
      const reply = script[Math.min(asked, script.length - 1)];
      asked += 1;
      if (!reply) throw new Error(`expected a scripted reply to ${op}, found none`);
      const { takesMs = 0 } = reply;
      if (takesMs > 0) await clock.sleep(Math.min(takesMs, timeoutMs), aborting.signal);
      return takesMs > timeoutMs ? { type: 'info', reason: 'timeout' } : reply.outcome;
    };
  };
  const create = answer('create', [{ outcome: WORKING }]);
  const get = answer('get', [{ outcome: DONE }]);
  const result = answer('result', [{ outcome: DONE }]);
  const cancel = answer('cancel', [{ outcome: WORKING }]);
  const update = answer('update', [{ outcome: ACKED }]);
  const trespassed = answer('get', [{ outcome: ACKED }]);
  const context: AgentContext = {
    agent: 1,
    plan: planOf(call, options, backoffOptions),
    limits: { requestMs: 5000, blockingMs: 20_000, readyMs: 5000, runMs: 100_000, stopMs: 5000 },
    wire: {
      hasBlockingResult: wire.hasBlockingResult ?? false,
      getCarriesResult: wire.getCarriesResult ?? true,
      create: (_call, sent: CreateOptions) =>
        create(`create #${sent.attempt} key=${sent.key}${sent.probe ? ' probe' : ''}`, sent.timeoutMs),
      get: (_call, task) => get(`get ${task}`),
      result: (_call, task) => result(`result ${task}`),
      cancel: (_call, task) => cancel(`cancel ${task}`),
      awaitCallback: null,
      follow: options.news === undefined ? null : followBy(options.news, write),
      answersBy: wire.answersBy ?? null,
      trespass: (op, _call, task) => trespassed(`trespass ${op} ${task}`),
      update: (_call, task, inputs) => update(`update ${task} ${inputs.join(',')}`),
    },
    clock,
    backoff: options.backoff,
    durations: createDurationMemory(),
    draw: createPrng(1),
    faultsOf: () => options.faults ?? [],
    taskOf: (call) => options.tasks?.get(call) ?? null,
    record(event) {
      write(describeEvent(event));
      return 0;
    },
    signal: aborting.signal,
    deadline: (ackedAt) => ackedAt + nsOf(typeof deadlineMs === 'number' ? deadlineMs : deadlineMs()),
  };

  return {
    async run(policy) {
      const running = policy.run(context, call, 0).then(
        () => write('end'),
        (error) => write(`thrown: ${messageOf(error)}`),
      );
      if (options.abortAtMs !== undefined) {
        const { abortAtMs } = options;
        void clock.sleep(abortAtMs).then(() => aborting.abort(new Error('the run ended')));
      }
      await vi.runAllTimersAsync();
      await running;
      return log;
    },
  };
}

function followBy(
  { atMs, endsAtMs }: NonNullable<BenchOptions['news']>,
  write: (text: string) => void,
): AgentWire['follow'] {
  return (_call, task, onNews, signal) => {
    write(`follow ${task}`);
    return new Promise((resolve) => {
      const timers = atMs.map((ms) => setTimeout(onNews, ms));
      const stop = () => {
        for (const timer of timers) clearTimeout(timer);
        resolve();
      };
      if (endsAtMs !== undefined) timers.push(setTimeout(stop, endsAtMs));
      signal.addEventListener('abort', stop, { once: true });
    });
  };
}

function describeEvent(event: EventBody): string {
  switch (event.kind) {
    case 'know':
      return `know ${event.task}`;
    case 'bind':
      return `bind ${event.task} ${event.echo ?? '-'}`;
    case 'use':
      return `use ${event.inputs.join(',')}`;
    case 'act':
      return `act ${event.from / 1e6}-${event.to / 1e6}`;
    case 'quit':
      return `quit ${event.why}`;
    default:
      return event.kind;
  }
}

function plannedCall(changes: Partial<PlannedCall> = {}): PlannedCall {
  return {
    call: 1,
    agent: 1,
    atMs: null,
    thinkMs: 0,
    tool: 'work',
    ms: 1000,
    mode: null,
    token: 'tk1',
    key: 'key1',
    policy: 'poller',
    busyMs: 0,
    cancelAfterMs: null,
    ...changes,
  };
}

function planOf(call: PlannedCall, { retry = {}, backoff, faults = [] }: BenchOptions, options: object): Plan {
  return {
    ...samplePlan(),
    scenario: 'bench',
    title: 'Bench',
    time: 'virtual',
    target: sampleTarget({ takesMs: 600 }),
    agents: {
      count: 1,
      policy: call.policy,
      backoff: { id: backoff.meta.id, options: { ...backoff.meta.options, ...options } },
      retry: { key: 'same', attemptsMax: 4, delayMs: 100, factor: 2, delayMsMax: 1000, ...retry },
      busyMs: 0,
    },
    calls: [call],
    faults,
    slaMs: 60_000,
    limits: { requestMs: 5000, blockingMs: 20_000, readyMs: 5000, runMs: 100_000, stopMs: 5000 },
  };
}
