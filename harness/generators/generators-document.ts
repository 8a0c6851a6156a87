import type { Harvest, Member } from './member.ts';

/** generators.json: which process made which part of a load, how its clock stood to ours, and what became of it. */
export interface GeneratorsDocument {
  readonly schema: 'claimcheck/generators@1';
  /** Processes of this machine, or the address of the queue that they took their shares from. */
  readonly where: string;
  readonly generators: readonly GeneratorRow[];
  /** Effects of calls of lost parts that the ledger shows: in ledger.jsonl, and in no figure. */
  readonly effectsLeftOut: number;
}

export interface GeneratorRow {
  readonly name: string;
  /** null: it was never heard of. */
  readonly host: string | null;
  readonly pid: number | null;
  readonly agents: number;
  readonly calls: number;
  readonly state: 'reported' | 'lost';
  /** Why it is lost. */
  readonly why?: string;
  /** Its time of day less ours, when the load began; absent: it is lost. */
  readonly clock?: {
    readonly aheadMs: number;
    /** By more than this no reading can be wrong. */
    readonly uncertaintyMs: number;
    /** What it gained on ours from the beginning to the end of the load. */
    readonly driftMs: number;
    /** Both read the same clock of one machine: nothing was corrected. */
    readonly isSame: boolean;
  };
}

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
  return { schema: 'claimcheck/generators@1', where, generators, effectsLeftOut };
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
