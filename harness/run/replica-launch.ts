import type { PlannedProcesses, ServerSettings } from '../model/plan.ts';
import { processNames } from '../model/process-name.ts';
import type { LaunchRecipe, PlacePart } from '../targets/target.ts';
import { createRoundRobin } from './balancer.ts';
import { type BootNumbers, createBootNumbers } from './boot-numbers.ts';
import type { Doorway } from './doorway.ts';
import { createLinkGate } from './link-gate.ts';
import { setsClock } from './movable-clock.ts';
import { createReplicaFleet, type Replica } from './replica-fleet.ts';
import { type Launched, type LaunchOptions, superviseOne } from './server-launch.ts';
import { placeBeside, prepareServer, type ServerPlace } from './server-place.ts';

export type ReplicaOptions = LaunchOptions & {
  readonly recipe: LaunchRecipe;
  readonly settings: ServerSettings;
  readonly processes: PlannedProcesses;
};

/** A process of the server with its port, not started yet. */
interface Seat {
  readonly name: string;
  readonly role: 'server' | 'worker';
  readonly place: ServerPlace;
}

/**
 * Several processes of one server in one folder, each on a port of its own: those that clients reach behind a proxy that sends
 * each request to the next of them, and those that only run work. Every process is an incarnation with a boot of its own.
 */
export async function launchReplicas(options: ReplicaOptions): Promise<Launched> {
  const { processes } = options;
  const names = processNames(processes);
  const seats: Seat[] = [];
  for (const name of names.servers) seats.push(await seatFor(options, name, 'server', seats.length === 0));
  for (const name of names.workers) seats.push(await seatFor(options, name, 'worker', false));
  let upstreams: () => ReturnType<ReturnType<typeof createReplicaFleet>['upstreams']> = () => [];
  return {
    url: seats[0]?.place.url ?? null,
    processCount: seats.length,
    balancer: createRoundRobin(() => upstreams()),
    supervise(greet) {
      const numbers = createBootNumbers();
      const fleet = createReplicaFleet({
        replicas: seats.map((seat) => replicaOf(options, seat, numbers, greet)),
        numbers,
        async another(role) {
          const seat = await seatFor(options, `${role}-${fleet.count(role) + 1}`, role, false);
          return replicaOf(options, seat, numbers, greet);
        },
      });
      upstreams = fleet.upstreams;
      return fleet;
    },
  };
}

async function seatFor(options: ReplicaOptions, name: string, role: Seat['role'], isFirst: boolean): Promise<Seat> {
  const place = { ...options, role: roleOf(options.processes, role), isClockSet: setsClock(options.plan) };
  return { name, role, place: await (isFirst ? prepareServer(place) : placeBeside(place)) };
}

/** Where nobody else does, those that clients reach run the work. */
function roleOf({ workers }: PlannedProcesses, role: Seat['role']): PlacePart['role'] {
  return role === 'server' && workers === 0 ? 'both' : role;
}

function replicaOf(options: ReplicaOptions, seat: Seat, numbers: BootNumbers, greet: Doorway['greet']): Replica {
  const { name, role, place } = seat;
  if (place.url === null) throw new Error(`expected a URL for ${name}, got a process on a pipe`);
  const { recipe } = options;
  const gate = createLinkGate();
  const supervisor = superviseOne({
    ...{ options, recipe, numbers, greet, name, gate, placed: place },
    place: { process: 1, own: { url: place.url, role } },
  });
  return { name, role, url: new URL(place.url), gate, supervisor };
}
