import type { Evidence, ServerControl, StoreControl, StoreTrouble } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { numberOption } from './option.ts';

/** The trouble for `forMs`. What struck nothing is no evidence: then it throws, and the entry stays unverified. */
export async function troubled(
  entry: PlannedFault,
  { server, store }: { readonly server: ServerControl; readonly store: StoreControl | undefined },
  trouble: StoreTrouble,
): Promise<{ readonly evidence: Evidence; undo(): Promise<Evidence> }> {
  const set = store?.trouble?.bind(store) ?? server.storeTrouble?.bind(server);
  // A plan that asks for what is missing was edited by hand.
  if (set === undefined) throw new Error(`expected a store that can be ${trouble.form}, got one that cannot`);
  let touched = 0;
  try {
    await set(trouble);
    await server.sleep(numberOption(entry, 'forMs'));
  } finally {
    ({ touched } = await set(null));
  }
  if (touched === 0) throw new Error('no operation of the store fell into the trouble');
  return { evidence: { boot: server.boot, ...trouble, touched }, undo: async () => ({ touched }) };
}
