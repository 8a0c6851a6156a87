import { setMaxListeners } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentContext, AgentPolicy } from '../model/agent.ts';
import type { Backoff } from '../model/backoff.ts';
import { createSystemClock, nsOf } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import type { Fault } from '../model/fault.ts';
import type { Plan } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { verifyAgentFaults } from './agent-fault-verifier.ts';
import { audit } from './audit.ts';
import { createFaultLog } from './fault-log.ts';
import { measureFloor } from './floor.ts';
import { startGuardian } from './guardian.ts';
import { createInterposer } from './interposer.ts';
import { runLoad } from './load-runner.ts';
import { createNemesis } from './nemesis.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createTaskProgress } from './task-progress.ts';
import { openTestBed, type TestBed } from './test-bed.ts';

// After an interrupt the server is asked to end, and not waited for longer than this.
const INTERRUPTED_STOP_MS = 2000;

/** The units a plan names, loaded. */
export interface RunUnits {
  readonly faults: ReadonlyMap<string, Fault>;
  readonly policies: ReadonlyMap<string, AgentPolicy>;
  readonly backoff: Backoff;
}

export interface RunOptions {
  readonly plan: Plan;
  readonly units: RunUnits;
  readonly target: ResolvedTarget;
  readonly directory: RunDirectory;
  /** Aborted by an interrupt: the run ends early and stays judgeable. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: Event) => void;
}

export interface RunResult {
  readonly interrupted: boolean;
  readonly server: { readonly name: string; readonly version: string } | null;
}

/**
 * Runs a plan in real time: real processes, real sockets. Writes history.jsonl, ledger.jsonl and stderr.<boot>.log.
 * Throws a UsageError when the server cannot be started at all; whatever it does after its first answer is data.
 */
export async function runPlan(options: RunOptions): Promise<RunResult> {
  const { directory } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-'));
  const guardian = startGuardian(scratch);
  const clock = createSystemClock();
  const recorder = createRecorder({ path: directory.history, clock, time: 'real' });
  try {
    let isServing = false;
    const onServing = () => {
      isServing = true;
    };
    const result = await runRecorded({ ...options, recorder, scratch, clock, guardian, onServing }).catch(
      (error: unknown): RunResult => {
        // What was in the making when the interrupt came fails in its own way; the history simply ends here.
        if (isServing || !options.signal.aborted) throw error;
        return { interrupted: true, server: null };
      },
    );
    // A server whose data somebody else took away would be blamed for the loss.
    if (!existsSync(scratch)) throw new Error(`the scratch folder ${scratch} was removed while the run was going on`);
    return result;
  } finally {
    recorder.close();
    rmSync(scratch, { recursive: true, force: true });
    await guardian.close();
  }
}

type Inner = RunOptions & {
  /** The server has answered: from here on the run is the load's. */
  readonly onServing: () => void;
  readonly recorder: Recorder;
  readonly scratch: string;
  readonly clock: ReturnType<typeof createSystemClock>;
  readonly guardian: ReturnType<typeof startGuardian>;
};

async function runRecorded(options: Inner): Promise<RunResult> {
  const { plan, units, recorder, clock } = options;
  const progress = createTaskProgress(plan);
  const loadEnd = new AbortController();
  // The load phase has a limit of its own; agents that are still at it then are told to stop, and the audit goes on.
  const loadSignal = AbortSignal.any([options.signal, loadEnd.signal]);
  // Every open request of every agent listens; Node would take that for a leak.
  setMaxListeners(0, options.signal, loadSignal);
  recorder.onEvent(progress.observe);
  if (options.onEvent) recorder.onEvent(options.onEvent);
  const log = createFaultLog(plan, recorder);
  recorder.onEvent(verifyAgentFaults(plan, log));
  let nemesis: ReturnType<typeof createNemesis> | null = null;
  const interposer = createInterposer({
    plan,
    faults: units.faults,
    log,
    nowMs: () => clock.now() / 1e6,
    sleep: (ms) => clock.sleep(ms),
    onCreateAnswered: (call) => nemesis?.createAnswered(call),
  });
  await recordFloor(options);
  const bed = await openTestBed({
    ...options,
    interposer,
    log,
    // Agents that wait for a server that does not come back learn nothing more.
    onGivenUp: (why) => loadEnd.abort(new Error(why)),
  });
  try {
    nemesis = createNemesis({
      plan,
      faults: units.faults,
      server: bed.control,
      log,
      clock,
      signal: options.signal,
      onStruck: interposer.struck,
    });
    recorder.onEvent(nemesis.observe);
    await bed.boot();
    options.onServing();
    const server = bed.serverInfo();
    if (server) recorder.record({ kind: 'note', topic: 'server', data: { ...server } });
    nemesis.start();
    const limit = clock.sleep(plan.limits.runMs, loadSignal).then(
      () => {
        recorder.record({
          kind: 'note',
          topic: 'load-limit',
          text: `the load was stopped after ${plan.limits.runMs} ms`,
        });
        loadEnd.abort(new Error('the limit of the load phase has passed'));
      },
      () => {},
    );
    await runLoad({
      plan,
      policies: units.policies,
      contextFor: (agent) => contextOf(agent, options, bed, progress, loadSignal),
      clock,
      recorder,
      signal: loadSignal,
    });
    loadEnd.abort(new Error('the load has drained'));
    await limit;
    await nemesis.stop();
    if (!options.signal.aborted) await finish(options, bed, { progress, log, interposer });
  } finally {
    const isInterrupted = options.signal.aborted;
    if (isInterrupted) recorder.record({ kind: 'note', topic: 'interrupted' });
    interposer.heal();
    await bed.close(stopMsOf(options, isInterrupted));
    if (!isInterrupted) recorder.record({ kind: 'note', topic: 'end' });
  }
  return { interrupted: options.signal.aborted, server: bed.serverInfo() };
}

/** How long the server may take to end: what its profile says, within what the plan allows. */
function stopMsOf({ plan, target }: Inner, isInterrupted: boolean): number {
  const stopMs = Math.min(plan.limits.stopMs, target.launch?.stop.withinMs ?? plan.limits.stopMs);
  return isInterrupted ? Math.min(INTERRUPTED_STOP_MS, stopMs) : stopMs;
}

/** What our own proxy costs stands in the history beside the latencies it is part of. */
async function recordFloor({ plan, clock, scratch, recorder }: Inner): Promise<void> {
  if (plan.target.transport !== 'http') return;
  const floor = await measureFloor({ plan, clock, scratch });
  if (floor !== null) recorder.record({ kind: 'note', topic: 'floor', data: { ...floor } });
}

/** Undo every fault, wait for a ready server, then read every acked task as its owner. */
async function finish(
  options: Inner,
  bed: TestBed,
  parts: {
    readonly progress: ReturnType<typeof createTaskProgress>;
    readonly log: ReturnType<typeof createFaultLog>;
    readonly interposer: ReturnType<typeof createInterposer>;
  },
): Promise<void> {
  const { recorder, clock, plan } = options;
  recorder.record({ kind: 'note', topic: 'drained' });
  parts.interposer.heal();
  for (const entry of parts.log.active()) parts.log.stop(entry);
  const isReady = await bed.ensureUp();
  recorder.record({ kind: 'note', topic: 'healed', data: { ready: isReady } });
  recorder.record({ kind: 'note', topic: 'audit' });
  const auditing = new AbortController();
  const signal = AbortSignal.any([options.signal, auditing.signal]);
  setMaxListeners(0, signal); // Each of the readers listens.
  try {
    await audit({ plan, progress: parts.progress, read: bed.read, clock, signal, isReady });
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
}

function contextOf(
  agent: number,
  options: Inner,
  bed: TestBed,
  progress: ReturnType<typeof createTaskProgress>,
  signal: AbortSignal,
): AgentContext {
  const { plan, clock, recorder, units } = options;
  return {
    agent,
    plan,
    limits: plan.limits,
    wire: bed.wireOf(agent),
    clock,
    backoff: units.backoff,
    draw: createPrng(plan.seed).fork(`agent/${agent}`),
    faultsOf: (call) => plan.faults.filter((entry) => entry.trigger.kind === 'call' && entry.trigger.call === call),
    record: recorder.record,
    signal,
    deadline: (ackedAt) => {
      const from = bed.isUp() ? Math.max(ackedAt, progress.lastHealT()) : clock.now();
      return from + nsOf(plan.slaMs);
    },
  };
}
