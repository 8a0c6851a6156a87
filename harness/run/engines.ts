import type { Recorder } from '../execution/recorder.ts';
import type { Clock } from '../model/clock.ts';
import type { EngineControl, Evidence } from '../model/fault.ts';
import type { Plan, PlannedService } from '../model/plan.ts';
import type { RunningService } from '../services/index.ts';
import { serviceUnits, startService } from '../services/index.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { startGuardian } from './guardian.ts';

/** The engines that a server under test stands on, for one run. */
export interface Engines extends AsyncDisposable {
  /** What tells the server where they are. */
  readonly env: Readonly<Record<string, string>>;
  /** The one that its store stands on, else its queue; null: there is none, or it is not ours. */
  readonly control: EngineControl | null;
  /** Those that are down or stand still are brought back. */
  heal(): Promise<void>;
}

export interface EnginesOptions {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly recorder: Pick<Recorder, 'record' | 'flush'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Starts what the plan names and the user does not run. Throws a UsageError, and leaves nothing behind, when one does not come up. */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const { plan, target, clock, signal } = options;
  const { services = [] } = plan.target;
  const running: { readonly planned: PlannedService; readonly service: RunningService }[] = [];
  const end = async () => {
    for (const { service } of running.splice(0).reverse()) await service[Symbol.asyncDispose]();
  };
  const env: Record<string, string> = {};
  try {
    for (const planned of services) {
      const unit = serviceUnits[planned.id];
      const url = target.serviceUrls[planned.id];
      if (planned.given !== null) {
        if (url === undefined) throw new Error(`expected the URL of ${planned.given}, got none`);
        env[unit.meta.variable] = url;
        continue;
      }
      const service = await startService(unit, { clock, signal, guard: startGuardian });
      running.push({ planned, service });
      Object.assign(env, service.env);
      note(options, service, { phase: 'ready', by: 'harness' });
    }
  } catch (error) {
    await end();
    throw error;
  }
  const struck = (running.find(({ planned }) => planned.uses.includes('store')) ?? running[0])?.service ?? null;
  return {
    env,
    control: struck && controlOf(options, struck),
    async heal() {
      for (const { service } of running) await bringBack(options, service);
    },
    [Symbol.asyncDispose]: end,
  };
}

type Told = Pick<EnginesOptions, 'recorder' | 'clock'>;

function controlOf(options: Told, service: RunningService): EngineControl {
  const { clock } = options;
  const { id } = service.meta;
  const facts = () => ({ engine: id, pid: service.pid });
  const kill = async (by: string): Promise<Evidence> => {
    const struck = facts();
    // Everything that happened before the blow stands in the history before it.
    options.recorder.flush();
    const exit = await service.kill();
    note(options, service, { phase: 'exit', by, ...exit });
    return { ...struck, ...exit };
  };
  return {
    kill,
    async start(by) {
      const { ready } = await service.restart();
      note(options, service, { phase: 'spawn', by });
      const { readyMs } = await ready;
      note(options, service, { phase: 'ready', by });
      return { ...facts(), readyMs };
    },
    async startAndKill(by, afterMs) {
      const { ready } = await service.restart();
      note(options, service, { phase: 'spawn', by });
      const wasReady = await Promise.race([ready.then(() => true), clock.sleep(afterMs).then(() => false)]);
      return { ...(await kill(by)), wasReady };
    },
    async pause(by) {
      const { processes } = await service.pause();
      note(options, service, { phase: 'paused', by });
      return { ...facts(), processes };
    },
    async resume(by) {
      const { processes } = await service.resume();
      note(options, service, { phase: 'resumed', by });
      return { processes };
    },
  };
}

async function bringBack(options: Told, service: RunningService): Promise<void> {
  await service.resume();
  if (service.isUp()) return;
  const { ready } = await service.restart();
  await ready;
  note(options, service, { phase: 'ready', by: 'harness' });
}

function note({ recorder }: Told, service: RunningService, data: Readonly<Record<string, unknown>>): void {
  recorder.record({ kind: 'note', topic: 'engine', data: { engine: service.meta.id, pid: service.pid, ...data } });
}
