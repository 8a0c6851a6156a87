import type { ProcessFault } from '../model/fault.ts';
import type { Plan, PlannedTarget } from '../model/plan.ts';
import { NOT_OURS } from './capability.ts';
import { engineUnder } from './engine.ts';
import { troubled } from './troubled-store.ts';

/**
 * For `forMs` there is no room for anything new on the disk of the store; what is there can be read. In real time that is a small
 * disk in memory, mounted for the run and filled up. Verified when a write was refused.
 */
export const storeFull: ProcessFault = {
  meta: {
    id: 'F22',
    name: 'store-full',
    title: 'The store is full',
    description: 'The disk is full: new work must be refused in clear words, and what was promised must still be kept.',
    kind: 'process',
    options: { forMs: 3000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#a3442f',
  },
  applicable(target, time) {
    if (!target.facts.process) return `${NOT_OURS}, so it cannot reach its store`;
    if (time === 'virtual') return null;
    return diskless(target) ?? (target.facts.fillableDisk ? null : NOT_FILLABLE);
  },
  start: (entry, server, store) => troubled(entry, { server, store }, { form: 'full' }),
};

const NOT_FILLABLE = 'needs root on Linux: a small disk is mounted for it, and filled';

/** Why its data is not on a disk of the harness's choice; null: it is. */
function diskless(target: PlannedTarget): string | null {
  const engine = engineUnder(target);
  if (engine !== null)
    return engine.given === null ? null : `the engine at ${engine.given} is the user's own, and is not struck`;
  if (target.store === 'memory') return 'the store memory keeps nothing on a disk';
  return JSON.stringify(target.profile ?? '').includes('{{dir}}')
    ? null
    : 'the profile says nowhere with {{dir}} that this server keeps its data in the folder of the run';
}

/** Whether this plan needs a disk that can be filled. */
export function wantsSmallDisk({ time, faults }: Pick<Plan, 'time' | 'faults'>): boolean {
  return time === 'real' && faults.some(({ fault }) => fault === storeFull.meta.id);
}
