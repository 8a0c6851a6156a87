export const GENERATORS_SCHEMA = 'claimcheck/generators@1';

/** generators.json: which process made which part of a load, how its clock stood to ours, and what became of it. */
export interface GeneratorsDocument {
  readonly schema: typeof GENERATORS_SCHEMA;
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
