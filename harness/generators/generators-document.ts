import { GENERATORS_SCHEMA, type GeneratorRow, type GeneratorsDocument } from '../model/generators.ts';
import type { Harvest, Member } from './member.ts';

export function generatorsDocument(options: {
  readonly where: string;
  readonly members: readonly Member[];
  readonly harvests: readonly Harvest[];
  readonly effectsLeftOut: number;
}): GeneratorsDocument {
  const { where, members, harvests, effectsLeftOut } = options;
  const generators = members.map((member) => {
    const harvest = harvests.find((one) => one.member === member);
    return rowOf(member, harvest ?? null);
  });
  return { schema: GENERATORS_SCHEMA, where, generators, effectsLeftOut };
}

function rowOf({ name, ready, share, why }: Member, harvest: Harvest | null): GeneratorRow {
  const agents = new Set(share.calls.map(({ agent }) => agent)).size;
  const head = { name, host: ready?.host ?? null, pid: ready?.pid ?? null, agents, calls: share.calls.length };
  if (harvest === null) return { ...head, state: 'lost', why: why ?? 'it brought nothing back' };
  const [first, last] = harvest.readings;
  return {
    ...head,
    state: 'reported',
    clock: {
      aheadMs: inMicroseconds(first.wallAheadMs),
      uncertaintyMs: inMicroseconds(first.uncertaintyMs),
      driftMs: inMicroseconds((last.aheadNs - first.aheadNs) / 1e6),
      isSame: harvest.isSameClock,
    },
  };
}

function inMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** A line each, and what is to be known of the whole. */
export function generatorsText({ where, generators, effectsLeftOut }: GeneratorsDocument): string {
  const lost = generators.filter(({ state }) => state === 'lost');
  const callCount = lost.reduce((sum, { calls }) => sum + calls, 0);
  return [
    `generators ${generators.length}, ${where}`,
    ...generators.map(lineOf),
    ...(lost.length === 0
      ? []
      : [
          `  ${callCount} calls were not run: ${lost.map(({ name }) => name).join(', ')} lost` +
            (effectsLeftOut === 0 ? '' : `; ${effectsLeftOut} effects of theirs are in the ledger and in no figure`),
        ]),
  ].join('\n');
}

function lineOf({ name, host, pid, agents, calls, why, clock }: GeneratorRow): string {
  const who = host === null ? 'never heard of' : `${host}, process ${pid}`;
  const load = `${calls} calls of ${agents} agents`;
  if (clock === undefined) return `  ${name}  LOST: ${why} (${who}; ${load})`;
  const { aheadMs, uncertaintyMs, driftMs, isSame } = clock;
  const sign = (ms: number) => `${ms >= 0 ? '+' : ''}${ms.toFixed(3)}`;
  const corrected = isSame ? 'the same clock, nothing corrected' : `drift ${sign(driftMs)} ms, corrected`;
  return `  ${name}  ${load} (${who}; its clock ${sign(aheadMs)} ms ± ${uncertaintyMs.toFixed(3)}, ${corrected})`;
}
