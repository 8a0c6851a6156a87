import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFaultLog } from '../execution/fault-log.ts';
import { createFrameLog } from '../execution/frame-log.ts';
import { createInterposer } from '../execution/interposer.ts';
import type { Ledger } from '../execution/ledger.ts';
import { createNemesis } from '../execution/nemesis.ts';
import { createRecorder } from '../execution/recorder.ts';
import { createSystemClock, msOf } from '../model/clock.ts';
import type { Fault, ServerControl } from '../model/fault.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import type { Adapter } from '../wire/dialects/adapter.ts';
import type { ObservedClient } from '../wire/witness/observed-client.ts';
import { createWitness, type Witness } from '../wire/witness/witness.ts';
import { type Guardian, startGuardian } from './guardian.ts';
import { followLedger } from './ledger-tail.ts';
import { redactionOf, redactLogs } from './run-secrets.ts';
import { launchServer } from './server-launch.ts';
import type { Supervisor } from './supervisor.ts';

export interface InterpositionOptions {
  readonly plan: Plan;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly adapters: ReadonlyMap<Adapter['meta']['id'], Adapter>;
  readonly target: ResolvedTarget;
  readonly directory: RunDirectory;
  /** Aborted when whoever started us wants the end. */
  readonly signal: AbortSignal;
  /** How the client comes in. */
  readonly openFront: (parts: FrontParts) => Promise<Front>;
  /** A call was read off the wire: what is known of the client has grown. */
  readonly onCall?: (observed: ObservedClient) => void;
}

/** What a front is made of: everything between the client and the server but the way in. */
export interface FrontParts {
  readonly options: InterpositionOptions;
  readonly witness: Witness;
  readonly link: {
    readonly interposer: ReturnType<typeof createInterposer>;
    readonly frames: ReturnType<typeof createFrameLog>;
    readonly log: ReturnType<typeof createFaultLog>;
    readonly sleep: (ms: number) => Promise<void>;
  };
  readonly clock: ReturnType<typeof createSystemClock>;
  /** Starts the server; the front says how its boots are met. */
  launch(wishes: LaunchWishes): Promise<Backend>;
}

export interface LaunchWishes {
  /** false: a server that is down stays down, whoever ended it. */
  readonly revives: boolean;
  readonly closeConnections: NonNullable<ServerControl['closeConnections']>;
}

export interface Backend {
  /** Where it listens; null: on a pipe. */
  readonly url: string | null;
  readonly balancer: Awaited<ReturnType<typeof launchServer>>['balancer'];
  /** null: it is not ours to start. */
  readonly supervise: Awaited<ReturnType<typeof launchServer>>['supervise'];
}

/** The way in for a client, and the server behind it. */
export interface Front {
  readonly supervisor: Supervisor | null;
  /** What faults may do to the server. */
  readonly control: ServerControl;
  /** Starts the server, and lets the client in. Throws a UsageError when it does not come up. */
  open(): Promise<void>;
  /** Resolves when the client is gone, with how it went. */
  readonly ended: Promise<string>;
  /** No more from the client. */
  close(): Promise<void>;
}

/**
 * Stands between a client that is not ours and its server until one of them goes: records what passes, breaks what the plan
 * says, and gives what was learned of the client. Writes history.jsonl, ledger.jsonl and stderr.<boot>.log.
 */
export async function runInterposition(options: InterpositionOptions): Promise<ObservedClient> {
  const { plan, directory } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-'));
  const guardian = startGuardian(scratch);
  const clock = createSystemClock();
  const redact = redactionOf(plan);
  const recorder = createRecorder({ path: directory.history, clock, time: 'real', record: plan.record, redact });
  try {
    return await interpose(options, { scratch, guardian, clock, recorder });
  } finally {
    recorder.close();
    rmSync(scratch, { recursive: true, force: true });
    await guardian.close();
    await redactLogs(directory, redact);
  }
}

interface Ground {
  readonly scratch: string;
  readonly guardian: Guardian;
  readonly clock: ReturnType<typeof createSystemClock>;
  readonly recorder: ReturnType<typeof createRecorder>;
}

async function interpose(options: InterpositionOptions, ground: Ground): Promise<ObservedClient> {
  const { plan, faults, target, signal } = options;
  const { clock, recorder } = ground;
  const log = createFaultLog(plan, recorder);
  const stopping = new AbortController();
  const effects: { ledger: Ledger | null } = { ledger: null };
  let front: Front | null = null;
  let nemesis: ReturnType<typeof createNemesis> | null = null;
  const drain = () => effects.ledger?.drain();
  const boot = () => front?.supervisor?.boot ?? 1;
  const witness = createWitness({
    target: target.wireTarget,
    adapters: options.adapters,
    record: recorder.record,
    now: clock.now,
    boot,
    takesMs: plan.target.facts.takesMs,
    ...(options.onCall ? { onCall: options.onCall } : {}),
  });
  const sleep = (ms: number) => clock.sleep(ms);
  const interposer = createInterposer({
    ...{ plan, faults, log, sleep },
    nowMs: () => msOf(clock.now()),
    onCreateAnswered: (call) => nemesis?.createAnswered(call),
  });
  const { transport } = plan.target;
  const frames = createFrameLog({ recorder, mode: plan.record, transport, drain });
  const launch = async (wishes: LaunchWishes) => {
    const onGivenUp = (why: string) => stopping.abort(new Error(why));
    const launched = await launchServer({ ...options, ...ground, ...wishes, drain, onGivenUp });
    // Only now: what the profile wipes and prepares may be the very file that shows the effects.
    const callOf = (token: string) => witness.callOfToken(target.tokenOf(token));
    effects.ledger = followLedger({ ...options, ...ground, boot, callOf });
    return launched;
  };
  front = await options.openFront({ options, witness, clock, launch, link: { interposer, frames, log, sleep } });
  try {
    nemesis = createNemesis({
      ...{ plan, faults, log, clock, signal },
      server: front.control,
      onStruck: interposer.struck,
    });
    recorder.onEvent(nemesis.observe);
    nemesis.start();
    await front.open();
    const why = await Promise.race([front.ended, aborted(signal), aborted(stopping.signal)]);
    recorder.record({ kind: 'note', topic: 'drained', text: why });
    await nemesis.stop();
  } finally {
    interposer.heal();
    for (const entry of log.active()) log.stop(entry);
    await front.close();
    witness.left('the client left before it had an answer');
    await front.supervisor?.shutDown(Math.min(plan.limits.stopMs, target.launch?.stop.withinMs ?? plan.limits.stopMs));
    drain();
    effects.ledger?.close();
    recorder.record({ kind: 'note', topic: 'end' });
  }
  return witness.observed();
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const tell = () => resolve(signal.reason instanceof Error ? signal.reason.message : String(signal.reason));
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });
}
