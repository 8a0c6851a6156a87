import type { ProcessFault, StoreTrouble } from '../model/fault.ts';
import type { Plan, PlannedFault, PlannedTarget } from '../model/plan.ts';
import { NOT_OURS } from './capability.ts';
import { engineOf, engineStrikable } from './engine.ts';
import { numberOption } from './option.ts';
import { troubled } from './troubled-store.ts';

const FORMS = ['slow', 'failing', 'cut', 'paused'] as const;
type Form = (typeof FORMS)[number];

/**
 * For `forMs` every store operation takes `ms` longer (slow), or is refused with the chance `probability` and has changed nothing
 * (failing), or is done and its answer lost with that chance (cut); or the engine stands still with its connections open
 * (paused). In real time a proxy before the engine does it: failing and cut end the connection. Verified when it struck.
 */
export const storeTrouble: ProcessFault = {
  meta: {
    id: 'F20',
    name: 'store-trouble',
    title: 'The store is slow, fails or stands still',
    description: 'A database under load, a network that drops: answers come late or not at all, and later come again.',
    kind: 'process',
    options: { form: 'slow', ms: 500, probability: 0.5, forMs: 3000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#7a5c3e',
  },
  applicable: (target, time, options) => unreachable(target, time, formOf(options)),
  async start(entry, server, store) {
    const form = formOf(entry.options);
    if (form === null)
      throw new Error(`expected one of ${FORMS.join(', ')} of ${entry.entry}, got ${entry.options.form}`);
    if (form !== 'paused') return troubled(entry, { server, store }, plannedTrouble(entry, form));
    const engine = engineOf(store);
    const evidence = await engine.pause(entry.entry);
    return {
      evidence: { form, ...evidence },
      async undo() {
        try {
          await server.sleep(numberOption(entry, 'forMs'));
        } finally {
          // Also when the run is interrupted: the server has to be able to end in order.
          await engine.resume(entry.entry);
        }
        return { forMs: numberOption(entry, 'forMs') };
      },
    };
  },
};

/** Whether this plan needs something of ours between the server and its engine. */
export function wantsStoreLink({ time, faults }: Pick<Plan, 'time' | 'faults'>): boolean {
  return time === 'real' && faults.some(({ fault, options }) => fault === 'F20' && options.form !== 'paused');
}

function unreachable(target: PlannedTarget, time: Plan['time'], form: Form | null): string | null {
  if (!target.facts.process) return `${NOT_OURS}, so it cannot reach its store`;
  if (form === null) return `form is none of ${FORMS.join(', ')}`;
  return time === 'virtual' && form !== 'paused' ? null : engineStrikable(target, time);
}

function plannedTrouble(entry: PlannedFault, form: Exclude<Form, 'paused'>): StoreTrouble {
  if (form === 'slow') return { form, ms: numberOption(entry, 'ms') };
  return { form, probability: numberOption(entry, 'probability') };
}

function formOf({ form }: PlannedFault['options']): Form | null {
  return FORMS.find((known) => known === form) ?? null;
}
