import { createConnections } from '../execution/connections.ts';
import type { FaultLog } from '../execution/fault-log.ts';
import { createFrameLog } from '../execution/frame-log.ts';
import type { Interposer } from '../execution/interposer.ts';
import type { Ledger } from '../execution/ledger.ts';
import type { Recorder } from '../execution/recorder.ts';
import { askingFor } from '../execution/server-settings.ts';
import type { TestBed } from '../execution/test-bed.ts';
import type { createSystemClock } from '../model/clock.ts';
import type { ServerControl } from '../model/fault.ts';
import { messageOf } from '../model/usage-error.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { openConnection } from '../wire/agent-connection.ts';
import type { WireContext } from '../wire/connection.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import { type CallbackReceiver, openCallbackReceiver } from './callback-receiver.ts';
import { type Doorway, openHttpDoorway, openStdioDoorway } from './doorway.ts';
import { openEffectSources } from './effect-sources.ts';
import { type Engines, startEngines } from './engines.ts';
import type { Guardian } from './guardian.ts';
import { followLedger } from './ledger-tail.ts';
import type { RunOptions } from './run.ts';
import { type CloseConnections, launchServer } from './server-launch.ts';
import { createStoreUsageFolder } from './store-usage.ts';
import type { Supervisor } from './supervisor.ts';

export type TestBedOptions = RunOptions & {
  readonly recorder: Recorder;
  readonly clock: ReturnType<typeof createSystemClock>;
  readonly guardian: Guardian;
  readonly scratch: string;
  readonly interposer: Interposer;
  readonly log: FaultLog;
  /** The server will not be started again. */
  readonly onGivenUp: (why: string) => void;
};

export async function openTestBed(options: TestBedOptions): Promise<TestBed> {
  const engines = await startEngines(options);
  const callbacks = await receiverFor(options);
  const closeOthers = async () => {
    await callbacks?.[Symbol.asyncDispose]();
    await engines[Symbol.asyncDispose]();
  };
  const effects = await openEffectSources(options).catch(async (error: unknown) => {
    await closeOthers();
    throw error;
  });
  const closeAll = async () => {
    await effects[Symbol.asyncDispose]();
    await closeOthers();
  };
  try {
    const usage = createStoreUsageFolder(options.scratch);
    const env = { ...engines.env, ...callbacks?.env, ...usage.env };
    const bed = await openBedOn({ ...options, callbacks, target: toldOf(options.target, env) });
    return {
      ...bed,
      ...(engines.store ? { store: engines.store } : {}),
      storeUsage: usage.sum,
      async boot() {
        await bed.boot();
        effects.start();
      },
      ...(effects.look ? { lookAtEffects: effects.look } : {}),
      async ensureUp() {
        try {
          await engines.heal();
        } catch (error) {
          // An engine that does not come back on its data is its failure, and the server without it can show nothing.
          const text = messageOf(error);
          options.recorder.record({ kind: 'note', topic: 'down', text });
          return false;
        }
        return bed.ensureUp();
      },
      async close(stopMs) {
        try {
          await bed.close(stopMs);
        } finally {
          await closeAll();
        }
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** A place for callbacks, where the plan has calls that wait for one and the server is ours to tell of it. */
async function receiverFor({ plan, target, recorder }: TestBedOptions): Promise<CallbackReceiver | undefined> {
  const isWanted = target.launch !== null && plan.calls.some(({ policy }) => policy === 'callback');
  return isWanted ? openCallbackReceiver(target.wireTarget, recorder.record) : undefined;
}

/** The same server, with more in its environment. */
function toldOf(target: ResolvedTarget, env: Engines['env']): ResolvedTarget {
  const { launch } = target;
  if (launch === null) return target;
  return {
    ...target,
    launch: {
      ...launch,
      instantiate(place) {
        const launched = launch.instantiate(place);
        return { ...launched, env: { ...launched.env, ...env } };
      },
    },
  };
}

type BedOptions = TestBedOptions & { readonly callbacks: CallbackReceiver | undefined };

async function openBedOn(options: BedOptions): Promise<TestBed> {
  const { plan, recorder } = options;
  let supervisor: Supervisor | null = null;
  const closeConnections: CloseConnections = async ({ call }) => {
    const agent = plan.calls.find((planned) => planned.call === call)?.agent ?? null;
    return { closed: await connections.renew(agent) };
  };
  const boot = () => supervisor?.boot ?? 1;
  const bootOf = followBoots(recorder);
  const launched = await launchServer({ ...options, closeConnections, drain: () => ledger.drain() });
  // Only now: what the profile wipes and prepares may be the very file that shows the effects.
  const ledger = followPlannedLedger(options, (worker) => bootOf(worker) ?? boot());
  options.callbacks?.drainWith(ledger.drain);
  const { context, link } = wireParts(options, ledger, boot);
  const doorway: Doorway =
    plan.target.transport === 'http'
      ? await openHttpDoorway({ ...options, context, link, url: launched.url, balancer: launched.balancer })
      : openStdioDoorway({ context, link, processCount: launched.processCount });
  supervisor = launched.supervise?.(doorway.greet) ?? null;
  const connections = createConnections(plan, (agent, opening) =>
    openConnection({ context, agent, endpoint: doorway.endpointOf(agent, opening) }),
  );

  return {
    url: launched.url,
    control: supervisor ?? foreignServer(options.clock.sleep, closeConnections),
    async boot() {
      if (supervisor) await supervisor.start('harness');
      else await doorway.greet({ process: 1, boot: 1, server: null, withinMs: plan.limits.readyMs });
      await connections.open();
    },
    isUp: () => supervisor?.isUp() ?? true,
    ensureUp: () => ensureUp(supervisor, recorder),
    wireOf: connections.wireOf,
    read: connections.read,
    serverInfo: connections.serverInfo,
    async close(stopMs) {
      await connections.close();
      await supervisor?.shutDown(stopMs);
      await doorway.close();
      options.callbacks?.drainWith(() => {}); // One may come in the last moment; the ledger is at its end.
      ledger.close();
    },
  };
}

/** Of several processes, the boot that a line of the ledger came from: its writer says its process id. */
function followBoots(recorder: Recorder): (worker: string | null) => number | null {
  const boots = new Map<string, number>();
  recorder.onEvent((event) => {
    if (event.kind === 'proc' && event.phase === 'spawn' && event.process !== undefined) {
      boots.set(String(event.pid), event.boot);
    }
  });
  return (worker) => (worker === null ? null : (boots.get(worker) ?? null));
}

/** The ledger of a run whose calls are planned. */
function followPlannedLedger(options: TestBedOptions, boot: (worker: string | null) => number): Ledger {
  const { plan, target } = options;
  const tokens = new Map(plan.calls.map((call) => [call.token, call.call]));
  return followLedger({ ...options, boot, callOf: (token) => tokens.get(target.tokenOf(token)) ?? null });
}

/** What the wire needs to speak and record, and what proxy and shim need to see every message. */
function wireParts(options: BedOptions, ledger: Ledger, boot: () => number) {
  const { plan, target, recorder, clock } = options;
  const tags = createRequestTags();
  const context: WireContext = {
    target: askingFor(plan, target.wireTarget),
    limits: plan.limits,
    clock,
    tags,
    ...(options.callbacks && { callbacks: options.callbacks }),
    record: recorder.record,
    signal: options.signal,
    boot,
  };
  const link = {
    interposer: options.interposer,
    frames: createFrameLog({ recorder, mode: plan.record, transport: plan.target.transport, drain: ledger.drain }),
    log: options.log,
    tagOf: tags.get,
    sleep: (ms: number) => clock.sleep(ms),
  };
  return { context, link };
}

async function ensureUp(supervisor: Supervisor | null, recorder: Recorder): Promise<boolean> {
  if (supervisor === null || supervisor.isUp()) return true;
  try {
    await supervisor.ensureUp('harness');
    return true;
  } catch (error) {
    // A server that cannot be brought back is a finding: final reads will fail, and the judge says why.
    recorder.record({ kind: 'note', topic: 'down', text: messageOf(error) });
    return false;
  }
}

/** A server that was already running: its process is not ours, so no plan aims at it (facts.process is false). */
function foreignServer(sleep: (ms: number) => Promise<void>, closeConnections: CloseConnections): ServerControl {
  const refuse = async (): Promise<never> => {
    throw new Error('the server was started by somebody else; process faults do not apply to it');
  };
  return { boot: 1, pid: 0, kill: refuse, terminate: refuse, start: refuse, sleep, closeConnections };
}
