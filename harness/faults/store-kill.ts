import type { Evidence, ProcessFault, StoreControl } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { engineOf, engineStrikable } from './engine.ts';
import { numberOption } from './option.ts';

/**
 * SIGKILL to the engine under the store, `downMs` of nothing, and it comes back on its data. `deathsInRecovery`: so often it dies
 * again, `afterMs` after its start, before it is left alone.
 */
export const storeKill: ProcessFault = {
  meta: {
    id: 'F19',
    name: 'store-kill',
    title: 'The store dies and comes back',
    description:
      'The database dies between two writes and recovers. What was answered must be there; the server must go on.',
    kind: 'process',
    options: { downMs: 500, deathsInRecovery: 0, afterMs: 50 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#5b2333',
  },
  applicable: engineStrikable,
  async start(entry, server, store) {
    const evidence = await engineOf(store).kill(entry.entry);
    return { evidence, undo: () => comeBack(entry, server.sleep.bind(server), store) };
  },
};

/** After `downMs`, and after as many deaths on the way as planned. An interrupt does not keep it down. */
export async function comeBack(
  entry: PlannedFault,
  sleep: (ms: number) => Promise<void>,
  store: StoreControl | undefined,
): Promise<Evidence> {
  const engine = engineOf(store);
  let diedReady = 0;
  const deaths = Number(entry.options.deathsInRecovery ?? 0);
  try {
    await sleep(numberOption(entry, 'downMs'));
    for (let death = 0; death < deaths; death += 1) {
      const { wasReady } = await engine.startAndKill(entry.entry, numberOption(entry, 'afterMs'));
      if (wasReady) diedReady += 1;
    }
  } finally {
    // Also when the run is interrupted: the server has to be able to end in order.
    await engine.start(entry.entry);
  }
  return { deathsInRecovery: deaths - diedReady, deathsAfterRecovery: diedReady };
}
