import type { ProcessFault, StoreTrouble } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { numberOption } from './option.ts';
import { storeReachable, troubled } from './troubled-store.ts';

/**
 * For `forMs` every store operation takes `ms` longer (form slow), or is refused with the chance `probability` (form
 * failing). Verified when it struck an operation.
 */
export const storeTrouble: ProcessFault = {
  meta: {
    id: 'F20',
    name: 'store-trouble',
    title: 'The store is slow or fails',
    description: 'A database under load, a network that drops: answers come late or not at all, and later come again.',
    kind: 'process',
    options: { form: 'slow', ms: 500, probability: 0.5, forMs: 3000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#7a5c3e',
  },
  applicable: (target, time, options) =>
    storeReachable(target, time) ??
    (troubleOf(options) === null ? `form is slow or failing, not ${String(options.form)}` : null),
  start: (entry, server) => troubled(entry, server, plannedTrouble(entry)),
};

function plannedTrouble(entry: PlannedFault): StoreTrouble {
  const form = troubleOf(entry.options);
  if (form === null) throw new Error(`expected form slow or failing of ${entry.entry}, got ${entry.options.form}`);
  if (form === 'slow') return { form, ms: numberOption(entry, 'ms') };
  return { form, probability: numberOption(entry, 'probability') };
}

function troubleOf({ form }: PlannedFault['options']): 'slow' | 'failing' | null {
  return form === 'slow' || form === 'failing' ? form : null;
}
