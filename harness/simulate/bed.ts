import { createConnections } from '../execution/connections.ts';
import type { BedParts } from '../execution/course.ts';
import { createFrameLog } from '../execution/frame-log.ts';
import type { Recorder } from '../execution/recorder.ts';
import { askingFor } from '../execution/server-settings.ts';
import type { TestBed } from '../execution/test-bed.ts';
import { type Plan, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { messageOf } from '../model/usage-error.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { openConnection } from '../wire/agent-connection.ts';
import type { WireContext } from '../wire/connection.ts';
import type { ToolPages } from '../wire/dialects/adapter.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import { type Door, openHttpDoor, openPipeDoor } from './door.ts';
import type { SimulatedLink } from './link.ts';
import type { LoadedServer } from './loaded-server.ts';
import type { MessageReader } from './message-reader.ts';
import type { Remains } from './remains.ts';
import type { SimulationContext } from './server-face.ts';
import { createServerHost } from './server-host.ts';
import type { ServerHost } from './server-host-options.ts';
import { createStorage } from './storage.ts';
import { createVirtualLedger } from './virtual-ledger.ts';
import type { VirtualWorld } from './virtual-world.ts';

export interface SimulatedBedOptions extends BedParts {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly world: VirtualWorld;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly signal: AbortSignal;
  readonly server: LoadedServer;
  /** The run's own folder: what a server keeps there outlives its boots. */
  readonly directory: string;
  /** What stands behind the ? of --module, and the settings of the reference server. */
  readonly options: Readonly<Record<string, string>>;
  readonly remains: Remains;
  /** The end of what a boot wrote to stdout and stderr, when it is over. */
  readonly onOutput?: ((boot: number, text: string) => void) | undefined;
  /** Where the raw ledger goes; null: nowhere. */
  readonly ledgerCopy: string | null;
  /** Shared by all runs of a thread. */
  readonly toolPages: ToolPages;
  /** The same. */
  readonly read: MessageReader;
}

/** The server under test in this thread, with its link, its store and its ledger in virtual time. */
export async function openSimulatedBed(options: SimulatedBedOptions): Promise<TestBed> {
  const { plan, world, recorder, target, signal, remains } = options;
  const machine = plan.virtual ?? VIRTUAL_DEFAULTS;
  const draw = createPrng(plan.seed).fork('machine');
  const storage = createStorage(world, machine.storeMs);
  const disk = new Map<string, unknown>();
  const ledger = createVirtualLedger({ ...options, boot: () => host.boot });
  const tags = createRequestTags();
  const context: WireContext = {
    target: askingFor(plan, target.wireTarget),
    limits: plan.limits,
    clock: world.harnessClock,
    tags,
    record: recorder.record,
    signal,
    boot: () => host.boot,
    toolPages: options.toolPages,
  };
  const frames = createFrameLog({ recorder, mode: plan.record, transport: plan.target.transport, drain: ledger.drain });
  const link: SimulatedLink = {
    ...options,
    frames,
    sleep: (ms) => world.harnessClock.sleep(ms),
    tagOf: tags.get,
    site: { current: () => host.current() },
  };
  const openDoor = plan.target.transport === 'http' ? openHttpDoor : openPipeDoor;
  const door: Door = openDoor({ plan, target, world, recorder, context, link, draw, current: () => host.current() });

  const host: ServerHost = createServerHost({
    world,
    clock: world.harnessClock,
    signal,
    recorder,
    draw: draw.fork('boots'),
    machine,
    readyMs: plan.limits.readyMs,
    storage,
    create(boot) {
      const told = ledger.forBoot(boot);
      remains.setEnvironment(boot, { CLAIMCHECK_LEDGER: told.path });
      const context: SimulationContext = {
        directory: options.directory,
        boot: boot.number,
        transport: plan.target.transport,
        ledger: told,
        disk,
        storage: storage.linkFor(boot),
        options: options.options,
      };
      return options.server.create(context, world);
    },
    cleanUp(boot, tears) {
      const torn = tears ? remains.tearWrites(boot, draw.fork(`torn-writes/${boot.number}`)) : 0;
      remains.close(boot);
      const output = remains.outputOf(boot);
      if (output !== '') options.onOutput?.(boot.number, output);
      return tears ? torn + remains.tear(options.directory, draw.fork(`torn/${boot.number}`)) : 0;
    },
    survives: remains.survives,
    drain: ledger.drain,
    greet: (living) => door.greet(living),
    interrupt: (boot) => remains.interrupt(boot),
    closeConnections: async ({ call }) => ({ closed: door.closeConnections(agentOf(plan, call)) }),
    onGivenUp: options.onGivenUp,
  });
  const connections = createConnections(plan, (agent) =>
    openConnection({ context, agent, endpoint: door.endpointOf(agent) }),
  );

  return {
    control: host,
    async boot() {
      await host.start('harness');
      await connections.open();
    },
    isUp: () => host.isUp(),
    ensureUp: () => ensureUp(host, recorder),
    wireOf: (agent) => connections.of(agent).wire,
    read: connections.read,
    serverInfo: connections.serverInfo,
    async close(stopMs) {
      await connections.close();
      await host.shutDown(stopMs);
      await door.close();
      ledger.close();
    },
  };
}

function agentOf(plan: Plan, call: number | null): number | null {
  return plan.calls.find((planned) => planned.call === call)?.agent ?? null;
}

async function ensureUp(host: ServerHost, recorder: Pick<Recorder, 'record'>): Promise<boolean> {
  if (host.isUp()) return true;
  try {
    await host.kill('harness');
    await host.start('harness');
    return true;
  } catch (error) {
    // A server that cannot be brought back is a finding: final reads will fail, and the judge says why.
    recorder.record({ kind: 'note', topic: 'down', text: messageOf(error) });
    return false;
  }
}
