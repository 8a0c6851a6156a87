import type { EpisodeEnd, EpisodeMode } from './episode.ts';
import type { InstanceKind } from './instance.ts';
import type { MeasureMeta } from './measure.ts';
import type { MutantRow } from './mutant-row.ts';

/**
 * evaluation.json: what an evaluation found, made of its episodes.jsonl alone. Lists stand in a fixed order, so that two
 * evaluations diff. Times in ms unless a measure's unit says otherwise; shares from 0 to 1.
 */
export const EVALUATION_SCHEMA = 'claimcheck/evaluation@1';

export interface EvaluationDocument {
  readonly schema: typeof EVALUATION_SCHEMA;
  readonly claimcheck: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly durationMs: number;
  /** It was ended early: what was done until then is here. */
  readonly interrupted: boolean;
  readonly settings: EvaluationSettings;
  readonly instances: EvaluatedInstances;
  /** The measures taken, in the order in which they are shown. */
  readonly measures: readonly MeasureMeta[];
  /** One for each agent, mode and law, in this order. */
  readonly cells: readonly EvaluationCell[];
  /** Every agent and law that was run in both modes, on the instances that both have. */
  readonly asyncGaps: readonly AsyncGap[];
  /** How agents bear results that come back in another order than their calls went out. */
  readonly robustness: readonly Robustness[];
  /** What went wrong, by kind, with examples. */
  readonly failures: readonly FailureClass[];
  /** Of each cell the episodes in which most kinds of things went wrong, worst first; none where nothing did. */
  readonly worst: readonly WorstEpisode[];
  /** Whether each policy that spoils a measure is worst on it; none unless the reference was run beside it. */
  readonly mutants: readonly MutantRow[];
  /** Of a restart matrix: what survives a crash of the agent. */
  readonly crashes: readonly CrashCell[];
  /** What a model was asked, and what that cost; absent: the agents were policies. */
  readonly model?: ModelUsage;
}

/** All completions of an evaluation, also those of episodes that were not finished. */
export interface ModelUsage {
  readonly name: string;
  /** bare, async */
  readonly prompt: string;
  /** What a turn took in an episode: fixed:1000, measured, random:500-2000. */
  readonly turn: string;
  /** Attempts that were sent, and turns that were answered. */
  readonly requests: number;
  readonly turns: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Turns whose tokens the endpoint did not count: a quarter of the bytes. */
  readonly estimatedTurns: number;
  /** null: no prices were given. */
  readonly usd: number | null;
  /** How long the model took, summed over turns, ms. */
  readonly modelMs: number;
  /** Turns to which no usable answer came, by reason. */
  readonly failures: readonly { readonly why: string; readonly count: number }[];
  /** Why it was not asked for the rest; null: it was. */
  readonly stopped: string | null;
}

export interface EvaluationSettings {
  readonly time: 'virtual' | 'real';
  readonly dialect: string;
  readonly transport: string;
  readonly agents: readonly string[];
  readonly modes: readonly EpisodeMode[];
  readonly laws: readonly string[];
  /** How tool descriptions are given: bare, explicit. */
  readonly schema: string;
  /** What a model is told besides: bare, async. Policies read no prompt. */
  readonly prompt: string;
  /** Seeds of the agents and of the latencies, one episode each. */
  readonly seeds: readonly number[];
  /** Seed of the data set. */
  readonly dataSeed: number;
  /** An imported data set; null: our own. */
  readonly data: string | null;
  readonly filter: string | null;
  readonly sample: number | null;
  /** What one action of an agent takes. */
  readonly agentMs: number;
  /** One ms of an episode is so many ms of the run; 1 in virtual time. */
  readonly timeScale: number;
  /** Scenario whose faults were applied, and what was changed about them. */
  readonly faults: { readonly scenario: string; readonly changes: readonly string[] };
  /** So great a share of all different calls was made to fail once. */
  readonly failing: number;
  /** Where and how agents were crashed; null: they were not. */
  readonly crash: string | null;
}

export interface EvaluatedInstances {
  /** In the data set. */
  readonly total: number;
  /** In this evaluation. */
  readonly count: number;
  readonly byKind: Readonly<Partial<Record<InstanceKind, number>>>;
  /** Tasks by tool class. */
  readonly tasksByClass: Readonly<Record<string, number>>;
  /** Tasks by number of gold calls. */
  readonly tasksBySize: Readonly<Record<string, number>>;
  /** Gold calls. */
  readonly calls: number;
}

export interface EvaluationCell {
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  readonly episodes: number;
  readonly ends: Readonly<Partial<Record<EpisodeEnd, number>>>;
  /** By measure id; absent: no episode had a case of it. */
  readonly scores: Readonly<Record<string, Score>>;
  /** By instance kind, the measures of the task alone. */
  readonly byKind: Readonly<Partial<Record<InstanceKind, Readonly<Record<string, Score>>>>>;
  /** The task score over seeds. null: fewer seeds than that. */
  readonly passes: { readonly pass1: number | null; readonly pass4: number | null };
  /** Requests that the harness sent for them, and calls that the agents made. */
  readonly requests: number;
  readonly calls: number;
}

/** With the interval that holds 95 %: Wilson's of a share, Student's of a mean. null: too few cases for one. */
export type Score =
  | {
      readonly kind: 'share';
      readonly hits: number;
      readonly cases: number;
      readonly value: number;
      readonly low: number | null;
      readonly high: number | null;
    }
  | {
      readonly kind: 'value';
      /** Episodes that had one. */
      readonly cases: number;
      readonly value: number;
      readonly sd: number | null;
      readonly low: number | null;
      readonly high: number | null;
    };

/** Task success, paired by instance and seed. `gap` = sync - async. */
export interface AsyncGap {
  readonly agent: string;
  readonly law: string;
  readonly pairs: number;
  readonly sync: number;
  readonly async: number;
  readonly gap: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Mean makespan of the same pairs, ms. */
  readonly syncMs: number;
  readonly asyncMs: number;
}

/** Task success against the inversion degree of an episode: the share of pairs of results that came back in the other order. */
export interface Robustness {
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly bins: readonly {
    /** Both ends of the bin; the last one is closed. */
    readonly from: number;
    readonly to: number;
    readonly score: Score | null;
  }[];
  /** Least squares over the episodes: change of the task score from degree 0 to 1. null: all have the same degree. */
  readonly slope: number | null;
}

export interface FailureClass {
  readonly id: string;
  readonly title: string;
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  /** Episodes that show it. */
  readonly count: number;
  readonly examples: readonly FailureExample[];
}

export interface FailureExample {
  readonly instance: string;
  readonly seed: number;
  /** One sentence. */
  readonly text: string;
  /** Line of episodes.jsonl, from 1. */
  readonly line: number;
}

export interface WorstEpisode {
  readonly instance: string;
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  readonly seed: number;
  /** Line of episodes.jsonl, from 1. */
  readonly line: number;
  /** One sentence a measure. */
  readonly failures: readonly string[];
}

/** One cell of a restart matrix: who was crashed, in which phase, and what it then still had. */
export interface CrashCell {
  readonly agent: string;
  /** agent */
  readonly who: string;
  readonly phase: string;
  /** What crashed had its ids afterwards. */
  readonly keepsIds: boolean;
  readonly episodes: number;
  /** Task success. */
  readonly resumed: Score;
  /** Of the jobs pending then: those whose ids were still of use, and those whose results were known in the end. */
  readonly ids: Score | null;
  readonly results: Score | null;
  /** Effects committed more than once, per episode. */
  readonly doubledEffects: number;
  /** What the crash cost beside the same episode without it, ms. null: none was run, or they did not both succeed. */
  readonly costMs: Score | null;
}
