import { askedBefore } from '../model/foreign-client.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';

/**
 * How often one logical call may commit. With a key, every key counts one. Without, each attempt that was neither refused nor
 * dropped on its way counts one, and one more for every copy that was delivered; in a run that goes on from earlier ones, theirs too.
 */
export function commitsAllowed(call: CallView, history: HistoryIndex, { client }: Pick<Plan, 'client'>): number {
  const keys = new Set<string>();
  let deliveries = 0;
  for (const { inv, end } of call.creates) {
    if (inv.key !== undefined) {
      keys.add(inv.key);
      continue;
    }
    const requests = history.framesOf(inv).filter(({ dir, type }) => dir === 'out' && type === 'request');
    const isDropped = requests.length > 0 && requests.every(({ action }) => action === 'drop' || action === 'cut');
    const copies = requests.filter(({ action }) => action === 'dup').length;
    if (end?.kind !== 'fail' && !isDropped) deliveries += 1;
    deliveries += copies;
  }
  return Math.max(1, keys.size + deliveries) + askedBefore(client, call.planned.token);
}
