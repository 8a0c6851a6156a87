import type { AgentWire } from '../model/agent.ts';
import type { createSystemClock } from '../model/clock.ts';
import type { ServerControl } from '../model/fault.ts';
import type { PlannedCall } from '../model/plan.ts';
import { openConnection } from '../wire/agent-connection.ts';
import type { Connection, WireContext } from '../wire/connection.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import type { AuditRead } from './audit.ts';
import { type Doorway, openHttpDoorway, openStdioDoorway } from './doorway.ts';
import type { FaultLog } from './fault-log.ts';
import { createFrameLog } from './frame-log.ts';
import type { Guardian } from './guardian.ts';
import type { Interposer } from './interposer.ts';
import { createLedger, IDLE_TAIL_MS } from './ledger.ts';
import type { Recorder } from './recorder.ts';
import type { RunOptions } from './run.ts';
import { launchServer } from './server-launch.ts';
import type { Supervisor } from './supervisor.ts';

/** The server under test with everything around it: its process, the proxy or shim, the ledger, one connection an agent. */
export interface TestBed {
  /** What process faults may do; a server that somebody else runs refuses all of it. */
  readonly control: ServerControl;
  /** First boot and one connection an agent. Throws a UsageError when the server does not come up. */
  boot(): Promise<void>;
  isUp(): boolean;
  /** Starts the server again if it is down; false: it does not come back. */
  ensureUp(): Promise<boolean>;
  wireOf(agent: number): AgentWire;
  readonly read: AuditRead;
  serverInfo(): { readonly name: string; readonly version: string } | null;
  /** Ends everything: connections, server, proxy, ledger. */
  close(stopMs: number): Promise<void>;
}

export type TestBedOptions = RunOptions & {
  readonly recorder: Recorder;
  readonly clock: ReturnType<typeof createSystemClock>;
  readonly guardian: Guardian;
  readonly scratch: string;
  readonly interposer: Interposer;
  readonly log: FaultLog;
};

export async function openTestBed(options: TestBedOptions): Promise<TestBed> {
  const { plan, target, recorder, clock, directory } = options;
  let supervisor: Supervisor | null = null;
  const tokens = new Map(plan.calls.map((call) => [call.token, call.call]));
  const effectsFile = target.effectsFile(options.scratch);
  const ledger = createLedger({
    path: effectsFile ?? directory.ledger,
    copyTo: effectsFile === null ? null : directory.ledger,
    originNs: clock.originNs,
    now: clock.now,
    boot: () => supervisor?.boot ?? 1,
    callOf: (token) => tokens.get(token) ?? null,
    onEffect: recorder.record,
    onComplaint: (text) => recorder.record({ kind: 'note', topic: 'ledger', text }),
  });
  const idleTail = setInterval(ledger.drain, IDLE_TAIL_MS);
  idleTail.unref();
  const tags = createRequestTags();
  const frames = createFrameLog({
    recorder,
    mode: plan.record,
    transport: plan.target.transport,
    drain: ledger.drain,
  });
  const context: WireContext = {
    target: target.wireTarget,
    limits: plan.limits,
    clock,
    tags,
    record: recorder.record,
    signal: options.signal,
    boot: () => supervisor?.boot ?? 1,
  };
  const link = {
    interposer: options.interposer,
    frames,
    log: options.log,
    tagOf: tags.get,
    sleep: (ms: number) => clock.sleep(ms),
  };
  const launched = await launchServer({ ...options, drain: ledger.drain });
  const doorway: Doorway =
    plan.target.transport === 'http'
      ? await openHttpDoorway({ ...options, context, link, url: launched.url })
      : openStdioDoorway({ context, link });
  supervisor = launched.supervise?.(doorway.greet) ?? null;

  const connections = new Map<number, Connection>();
  const calls = new Map<number, PlannedCall>(plan.calls.map((call) => [call.call, call]));
  const connectionOf = (agent: number): Connection => {
    const connection = connections.get(agent);
    if (!connection) throw new Error(`agent ${agent} has no connection; the plan has agents 1 to ${plan.agents.count}`);
    return connection;
  };

  return {
    control: supervisor ?? foreignServer(clock.sleep),
    async boot() {
      if (supervisor) await supervisor.start('harness');
      else await doorway.greet(1, null, plan.limits.readyMs);
      const agents = new Set(plan.calls.map((call) => call.agent));
      await Promise.all(
        [...agents].map(async (agent) => {
          connections.set(agent, await openConnection({ context, agent, endpoint: doorway.endpointOf(agent) }));
        }),
      );
    },
    isUp: () => supervisor?.isUp() ?? true,
    async ensureUp() {
      if (supervisor === null || supervisor.isUp()) return true;
      try {
        if (supervisor.current() !== null) await supervisor.kill('harness');
        await supervisor.start('harness');
        return true;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        recorder.record({ kind: 'note', topic: 'down', text });
        return false;
      }
    },
    wireOf: (agent) => connectionOf(agent).wire,
    async read(task) {
      const connection = connectionOf(task.agent);
      const call = calls.get(task.call);
      if (!call) throw new Error(`task ${task.task} belongs to call ${task.call}, which is not in the plan`);
      const reader = { agent: 'auditor', as: task.agent } as const;
      const state = await connection.read('get', call, task.task, reader);
      const needsResult = !connection.wire.getCarriesResult && state.type === 'ok' && task.isOver;
      return needsResult ? [state, await connection.read('result', call, task.task, reader)] : [state];
    },
    serverInfo: () => connections.values().next().value?.handshake.server ?? null,
    async close(stopMs) {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
      await supervisor?.shutDown(stopMs);
      await doorway.close();
      clearInterval(idleTail);
      ledger.drain();
      ledger.close();
    },
  };
}

/** A server that was already running: its process is not ours, so no plan aims at it (facts.process is false). */
function foreignServer(sleep: (ms: number) => Promise<void>): ServerControl {
  const refuse = async (): Promise<never> => {
    throw new Error('the server was started by somebody else; process faults do not apply to it');
  };
  return { boot: 1, pid: 0, kill: refuse, terminate: refuse, start: refuse, sleep };
}
