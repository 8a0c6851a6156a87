import type { Evidence, ServerControl, StoreTrouble } from '../model/fault.ts';
import type { Plan, PlannedFault, PlannedTarget } from '../model/plan.ts';
import { capability, NOT_OURS, virtualOnly } from './capability.ts';
import { numberOption } from './option.ts';

/** Why the harness cannot get between this server and its store; null: it can. */
export function storeReachable({ facts }: PlannedTarget, time: Plan['time']): string | null {
  if (!facts.process) return `${NOT_OURS}, so it cannot reach its store`;
  return time === 'real' ? virtualOnly('the store of a real process is reached by that process alone') : null;
}

/** The trouble for `forMs`. What struck nothing is no evidence: then it throws, and the entry stays unverified. */
export async function troubled(
  entry: PlannedFault,
  server: ServerControl,
  trouble: StoreTrouble,
): Promise<{ readonly evidence: Evidence; undo(): Promise<Evidence> }> {
  const set = capability(server, 'storeTrouble').bind(server);
  await set(trouble);
  let touched = 0;
  try {
    await server.sleep(numberOption(entry, 'forMs'));
  } finally {
    ({ touched } = await set(null));
  }
  if (touched === 0) throw new Error('no operation of the store fell into the trouble');
  return { evidence: { boot: server.boot, ...trouble, touched }, undo: async () => ({ touched }) };
}
