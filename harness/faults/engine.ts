import type { EngineControl, StoreControl } from '../model/fault.ts';
import type { Plan, PlannedService, PlannedTarget } from '../model/plan.ts';
import { NOT_OURS } from './capability.ts';

/** Why the harness cannot strike the engine under this server's store; null: it can. */
export function engineStrikable(target: PlannedTarget, time: Plan['time']): string | null {
  if (!target.facts.process) return `${NOT_OURS}, so it cannot reach its store`;
  if (time === 'virtual') return 'needs real time: an engine is a program of its own';
  const engine = engineUnder(target);
  if (engine === null) {
    return target.store === 'sqlite' || target.store === 'memory'
      ? `the store ${target.store} is a part of the server's process: what dies or stands still there is the server`
      : 'this server stands on no engine that the harness started';
  }
  if (engine.given !== null) return `the engine at ${engine.given} is the user's own, and is not struck`;
  return null;
}

/** What the store stands on, else what the queue stands on; null: nothing of its own. */
export function engineUnder({ services = [] }: PlannedTarget): PlannedService | null {
  return services.find(({ uses }) => uses.includes('store')) ?? services[0] ?? null;
}

/** The engine's controls. A plan that strikes one where there is none was edited by hand. */
export function engineOf(store: StoreControl | undefined): EngineControl {
  if (store?.engine === undefined) throw new Error('expected an engine under the store, got none');
  return store.engine;
}
