import type { PlannedFault } from '../model/plan.ts';

/** A number out of an entry's options. A plan always has it: a missing one means that the plan was edited by hand. */
export function numberOption(entry: PlannedFault, name: string): number {
  const value = entry.options[name];
  if (typeof value !== 'number') {
    throw new Error(`expected a number as option ${name} of ${entry.entry}, got ${JSON.stringify(value)}`);
  }
  return value;
}
