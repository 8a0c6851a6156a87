import { join } from 'node:path';
import type { Recorder } from '../execution/recorder.ts';
import { wantsSmallDisk } from '../faults/store-full.ts';
import { wantsStoreLink } from '../faults/store-trouble.ts';
import type { Clock } from '../model/clock.ts';
import type { StoreControl } from '../model/fault.ts';
import type { Plan, PlannedService } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { type RunningService, serviceUnits, startService } from '../services/index.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { bringBack, engineControl } from './engine-control.ts';
import { type EngineProxy, openEngineProxy } from './engine-proxy.ts';
import { useGivenEngines } from './given-engines.ts';
import { startGuardian } from './guardian.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

// Room for a run of thousands of tasks, and full within a moment. PostgreSQL alone takes 40 MB for an empty cluster.
const DISK_MEGABYTES: Readonly<Record<string, number>> = { postgres: 192 };
const DISK_MEGABYTES_USUAL = 48;

/** What a server under test stands on, for one run: the engines of its store and queue, and what faults need around them. */
export interface Engines extends AsyncDisposable {
  /** What tells the server where they are. */
  readonly env: Readonly<Record<string, string>>;
  /** null: nothing under this server is ours. */
  readonly store: StoreControl | null;
  /** Ends every trouble; what is down or stands still is brought back. */
  heal(): Promise<void>;
}

export interface EnginesOptions {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly recorder: Pick<Recorder, 'record' | 'flush'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The run's folder; the server's data lies in `data` of it. */
  readonly scratch: string;
}

interface Running {
  readonly planned: PlannedService;
  readonly service: RunningService;
}

/** Starts what the plan names and the user does not run. Throws a UsageError, and leaves nothing behind, when one does not come up. */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const ground: AsyncDisposable[] = [];
  const end = async () => {
    for (const part of ground.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const parts = await lay(options, ground);
    return { ...parts, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function lay(options: EnginesOptions, ground: AsyncDisposable[]): Promise<Omit<Engines, keyof AsyncDisposable>> {
  const { plan, target, scratch } = options;
  const { services = [] } = plan.target;
  const env: Record<string, string> = {};
  const running: Running[] = [];
  const ours = services.filter(({ given }) => given === null);
  // What faults strike: what the store stands on, else the queue's; where there is no engine, the server's own folder.
  const aim = ours.find(({ uses }) => uses.includes('store')) ?? ours[0] ?? null;
  let disk: SmallDisk | null = null;
  const mount = async (folder: string, megabytes: number) => {
    disk = await mountSmallDisk({ folder, megabytes, clock: options.clock });
    return disk;
  };
  const given = services.filter((planned) => planned.given !== null);
  if (given.length > 0) {
    const urls = new Map(given.map((planned) => [planned.id, urlOf(target, planned)]));
    for (const [id, url] of urls) env[serviceUnits[id].meta.variable] = url;
    const engines = useGivenEngines({ ...options, urls });
    ground.push(engines);
    Object.assign(env, engines.env);
  }
  for (const planned of ours) {
    const unit = serviceUnits[planned.id];
    const isSmall = planned === aim && wantsSmallDisk(plan);
    const service = await startService(unit, {
      ...{ clock: options.clock, signal: options.signal, guard: startGuardian },
      ...(planned.losesTail ? { variant: 'snapshots' } : {}),
      ...(isSmall ? { onFolder: (folder) => mount(folder, DISK_MEGABYTES[planned.id] ?? DISK_MEGABYTES_USUAL) } : {}),
    });
    ground.push(service);
    running.push({ planned, service });
    Object.assign(env, service.env);
    options.recorder.record({
      kind: 'note',
      topic: 'engine',
      data: { engine: planned.id, variant: service.variant, pid: service.pid, phase: 'ready', by: 'harness' },
    });
  }
  if (services.length === 0 && wantsSmallDisk(plan))
    ground.push(await mount(join(scratch, 'data'), DISK_MEGABYTES_USUAL));
  const struck = running.find(({ planned }) => planned === aim)?.service ?? null;
  const link = struck && wantsStoreLink(plan) ? await openLink(options, struck) : null;
  if (link) ground.push(link);
  if (struck && link) env[struck.meta.variable] = throughPort(struck.url, link.port);
  return { env, ...controls(options, { running, struck, link, disk: () => disk }) };
}

function urlOf(target: ResolvedTarget, { id, given }: PlannedService): string {
  const url = target.serviceUrls[id];
  if (url === undefined) throw new Error(`expected the URL of ${given}, got none`);
  return url;
}

interface Ground {
  readonly running: readonly Running[];
  readonly struck: RunningService | null;
  readonly link: EngineProxy | null;
  readonly disk: () => SmallDisk | null;
}

function controls(options: EnginesOptions, { running, struck, link, disk }: Ground): Pick<Engines, 'store' | 'heal'> {
  const healAll = async () => {
    for (const { service } of running) await bringBack(options, service);
  };
  const calm = async () => {
    const { touched } = link?.setTrouble(null) ?? { touched: 0 };
    const { refused } = (await disk()?.free()) ?? { refused: 0 };
    // Some engines end when their disk is full.
    if (refused > 0) await healAll();
    return { touched: touched + refused };
  };
  const store: StoreControl = {
    ...(struck ? { engine: engineControl(options, struck) } : {}),
    async trouble(trouble) {
      if (trouble === null) return calm();
      if (trouble.form !== 'full') {
        if (link === null) throw new Error('expected a link to the store, got none: the plan names no such fault');
        return link.setTrouble(trouble);
      }
      const full = disk();
      if (full === null) throw new Error('expected a small disk under the store, got none');
      full.fill();
      return { touched: 0 };
    },
  };
  return {
    store: struck !== null || disk() !== null ? store : null,
    async heal() {
      await calm();
      await healAll();
    },
  };
}

function openLink({ plan, clock }: EnginesOptions, service: RunningService): Promise<EngineProxy> {
  return openEngineProxy({ upstreamPort: service.port, clock, draw: createPrng(plan.seed).fork('store-link') });
}

function throughPort(url: string, port: number): string {
  const through = new URL(url);
  through.port = String(port);
  return through.href;
}
