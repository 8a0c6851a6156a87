import { type PlannedWorld, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';

/** The model of the machine, where the command line changes it. Ranges are whole ms. */
export interface MachineFlags {
  readonly link?: readonly [number, number];
  readonly storeLatency?: readonly [number, number];
  readonly boot?: readonly [number, number];
}

const RANGE_MS_MAX = 60_000;

/** A parser for a range of ms on the command line: 1-3, or one number for both ends. */
export function rangeOption(option: string): (text: string) => readonly [number, number] {
  return (text) => {
    const [from = Number.NaN, to = from, ...more] = text
      .split('-')
      .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    const isRange = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= RANGE_MS_MAX;
    if (isRange && more.length === 0) return [from, to];
    throw new UsageError(`${option} ${text}: expected whole ms from 0 to ${RANGE_MS_MAX}, as 2 or 1-3`);
  };
}

export function machineOf({ link, storeLatency, boot }: MachineFlags): PlannedWorld {
  return {
    ...VIRTUAL_DEFAULTS,
    ...(link && { linkMs: link }),
    ...(storeLatency && { storeMs: storeLatency }),
    ...(boot && { bootMs: boot }),
  };
}
