import { setMaxListeners } from 'node:events';
import type { AgentContext, AgentPolicy } from '../model/agent.ts';
import { type Backoff, createDurationMemory, type DurationMemory } from '../model/backoff.ts';
import { type Clock, nsOf } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import type { Fault } from '../model/fault.ts';
import { linkSignals } from '../model/linked-signal.ts';
import type { Plan } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { verifyAgentFaults } from './agent-fault-verifier.ts';
import { audit } from './audit.ts';
import { verifyBlockedLoops } from './blocked-loop-verifier.ts';
import { verifyCancelRaces } from './cancel-race-verifier.ts';
import { createFaultLog, type FaultLog } from './fault-log.ts';
import { createInterposer, type Interposer } from './interposer.ts';
import { runLoad } from './load-runner.ts';
import { createNemesis } from './nemesis.ts';
import type { Recorder } from './recorder.ts';
import { createTaskProgress, type TaskProgress } from './task-progress.ts';
import type { ServerInfo, TestBed } from './test-bed.ts';

/** The units a plan names, loaded. */
export interface RunUnits {
  readonly faults: ReadonlyMap<string, Fault>;
  readonly policies: ReadonlyMap<string, AgentPolicy>;
  readonly backoff: Backoff;
}

export interface RunResult {
  readonly interrupted: boolean;
  readonly server: ServerInfo | null;
  /** What was run of the plan, where that is less than all of it; absent: the plan as it was. */
  readonly plan?: Plan;
}

/** What a test bed is given to stand on. */
export interface BedParts {
  readonly interposer: Interposer;
  readonly log: FaultLog;
  /** The server will not be started again: agents that wait for it learn nothing more. */
  readonly onGivenUp: (why: string) => void;
}

export interface CourseOptions {
  readonly plan: Plan;
  readonly units: RunUnits;
  readonly recorder: Pick<Recorder, 'record' | 'onEvent'>;
  readonly clock: Clock;
  /** Aborted by an interrupt: the run ends early and stays judgeable. */
  readonly signal: AbortSignal;
  openBed(parts: BedParts): Promise<TestBed>;
  /** The server has answered: from here on the run is the load's. */
  readonly onServing?: () => void;
  readonly onEvent?: (event: Event) => void;
  /** What the agents do in place of the planned load; left out: that load. */
  readonly drive?: Drive;
  /** What watches the harness and the server while the load goes on. */
  readonly gauge?: LoadGauge;
  /** How long the server may take to end, ms. */
  stopMs(isInterrupted: boolean): number;
}

/** Started when the load begins; stopped when it has ended, in whatever way. Records what it found. */
export interface LoadGauge {
  start(): void;
  stop(): void;
}

/** What stands around agents that make their calls by themselves. */
export interface Scene {
  /** Where the server listens; null: over no socket. */
  readonly url: string | null;
  /** Tells those who follow the run, the final reads among them, of an event that another process recorded. */
  hear(event: Event): void;
}

/** Agents that decide for themselves when they make the calls that the plan has numbers for. */
export interface Drive {
  /** Resolves when the last agent is done; rejects with the reason of a context's signal, or with what is our own fault. */
  run(contextFor: (agent: number) => AgentContext, scene: Scene): Promise<void>;
  /** false: what they leave behind is theirs to look at, and nothing is read again at the end. */
  readonly isAudited: boolean;
}

/**
 * One run from the first boot to the last exit, whatever time it runs in: load under faults, heal, final reads. The history
 * is in the recorder; what the server does is data. Throws a UsageError when the server never comes up.
 */
export async function runCourse(options: CourseOptions): Promise<RunResult> {
  const { plan, units, recorder, clock } = options;
  const progress = createTaskProgress(plan);
  const loadEnd = new AbortController();
  // The load phase has a limit of its own; agents that are still at it then are told to stop, and the audit goes on.
  using loading = linkSignals(options.signal, loadEnd.signal);
  const loadSignal = loading.signal;
  // Every open request of every agent listens; Node would take that for a leak.
  setMaxListeners(0, options.signal, loadSignal);
  recorder.onEvent(progress.observe);
  if (options.onEvent) recorder.onEvent(options.onEvent);
  const log = createFaultLog(plan, recorder);
  recorder.onEvent(verifyAgentFaults(plan, log));
  recorder.onEvent(verifyCancelRaces(plan, log));
  recorder.onEvent(verifyBlockedLoops(plan, log));
  let nemesis: ReturnType<typeof createNemesis> | null = null;
  const interposer = createInterposer({
    plan,
    faults: units.faults,
    log,
    nowMs: () => clock.now() / 1e6,
    sleep: (ms) => clock.sleep(ms),
    onCreateAnswered: (call) => nemesis?.createAnswered(call),
  });
  const bed = await options.openBed({ interposer, log, onGivenUp: (why) => loadEnd.abort(new Error(why)) });
  try {
    nemesis = createNemesis({
      plan,
      faults: units.faults,
      server: bed.control,
      ...(bed.store ? { store: bed.store } : {}),
      log,
      clock,
      signal: options.signal,
      onStruck: interposer.struck,
    });
    recorder.onEvent(nemesis.observe);
    await bed.boot();
    options.onServing?.();
    const server = bed.serverInfo();
    if (server) recorder.record({ kind: 'note', topic: 'server', data: { ...server } });
    nemesis.start();
    await load(options, { bed, progress, loadEnd, loadSignal });
    await nemesis.stop();
    if (!options.signal.aborted) await finish(options, { bed, progress, log, interposer });
  } finally {
    const isInterrupted = options.signal.aborted;
    if (isInterrupted) recorder.record({ kind: 'note', topic: 'interrupted' });
    interposer.heal();
    await bed.close(options.stopMs(isInterrupted));
    if (!isInterrupted) recorder.record({ kind: 'note', topic: 'end' });
  }
  return { interrupted: options.signal.aborted, server: bed.serverInfo() };
}

interface LoadParts {
  readonly bed: TestBed;
  readonly progress: TaskProgress;
  readonly loadEnd: AbortController;
  readonly loadSignal: AbortSignal;
}

/** All calls of all agents, or as many as the limit of the load phase allows. */
async function load(options: CourseOptions, parts: LoadParts): Promise<void> {
  const { plan, units, recorder, clock } = options;
  const { loadEnd, loadSignal } = parts;
  const limit = clock.sleep(plan.limits.runMs, loadSignal).then(
    () => {
      const text = `the load was stopped after ${plan.limits.runMs} ms`;
      recorder.record({ kind: 'note', topic: 'load-limit', text });
      loadEnd.abort(new Error('the limit of the load phase has passed'));
    },
    () => {}, // The load was done before.
  );
  const durations = createDurationMemory();
  const contextFor = (agent: number) => contextOf(agent, options, { ...parts, durations });
  options.gauge?.start();
  try {
    const scene = { url: parts.bed.url ?? null, hear: parts.progress.observe };
    if (options.drive) await drive(options.drive, { contextFor, scene, signal: loadSignal });
    else await runLoad({ plan, policies: units.policies, contextFor, clock, recorder, signal: loadSignal });
  } finally {
    options.gauge?.stop();
  }
  loadEnd.abort(new Error('the load has drained'));
  await limit;
}

async function drive(
  { run }: Drive,
  how: { contextFor(agent: number): AgentContext; readonly scene: Scene; readonly signal: AbortSignal },
): Promise<void> {
  const { contextFor, scene, signal } = how;
  try {
    await run(contextFor, scene);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Undo every fault, wait for a ready server, then read every acked task as its owner. */
async function finish(
  options: CourseOptions,
  parts: {
    readonly bed: TestBed;
    readonly progress: TaskProgress;
    readonly log: FaultLog;
    readonly interposer: Interposer;
  },
): Promise<void> {
  const { recorder, clock, plan } = options;
  const { bed, progress, log, interposer } = parts;
  recorder.record({ kind: 'note', topic: 'drained' });
  // Now: what is read from here on is the harness's own doing.
  const usage = bed.storeUsage?.() ?? null;
  if (usage !== null) recorder.record({ kind: 'note', topic: 'store-usage', data: { ...usage } });
  interposer.heal();
  for (const entry of log.active()) log.stop(entry);
  const isReady = await bed.ensureUp();
  recorder.record({ kind: 'note', topic: 'healed', data: { ready: isReady } });
  // Twice: whoever counts now and then sees by the second count what came after the first.
  await bed.lookAtEffects?.();
  if (options.drive?.isAudited === false) return;
  recorder.record({ kind: 'note', topic: 'audit' });
  const { signal } = options;
  try {
    await audit({ plan, progress, read: bed.read, clock, signal, isReady });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) await bed.lookAtEffects?.();
}

function contextOf(
  agent: number,
  options: CourseOptions,
  { bed, progress, loadSignal, durations }: LoadParts & { readonly durations: DurationMemory },
): AgentContext {
  const { plan, clock, recorder, units } = options;
  return {
    agent,
    plan,
    limits: plan.limits,
    wire: bed.wireOf(agent),
    clock,
    backoff: units.backoff,
    durations,
    draw: createPrng(plan.seed).fork(`agent/${agent}`),
    faultsOf: (call) => plan.faults.filter((entry) => entry.trigger.kind === 'call' && entry.trigger.call === call),
    taskOf: progress.taskOf,
    record: recorder.record,
    signal: loadSignal,
    deadline: (ackedAt) => {
      const from = bed.isUp() ? Math.max(ackedAt, progress.lastHealT()) : clock.now();
      return from + nsOf(plan.slaMs);
    },
  };
}
