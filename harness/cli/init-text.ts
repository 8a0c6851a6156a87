import { EXIT } from '../model/exit-code.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Examination, Tried } from '../probing/examination.ts';
import type { Advice } from '../probing/profile-text.ts';
import { verdictWord } from './conclusion.ts';

/** What `init --json` prints. */
export interface InitDocument {
  readonly schema: 'claimcheck/init@1';
  readonly claimcheck: string;
  readonly server: { readonly name: string; readonly version: string };
  readonly dialect: string;
  readonly transport: string;
  readonly toolCount: number;
  /** Where the profile was written. */
  readonly profile: string;
  /** The tool that does the work, and as what; null: none was found. */
  readonly work: { readonly tool: string; readonly as: string; readonly tookMs: number | null } | null;
  readonly tried: readonly { readonly tool: string; readonly why: string; readonly failure: string | null }[];
  readonly notCalled: Examination['choice']['spared'];
  readonly advice: readonly Advice[];
  /** A short run with the profile; null: there was none. */
  readonly trial: {
    readonly valid: Verdict['valid'] | null;
    readonly exitCode: number;
    readonly fates: Verdict['fates'];
    /** Why it could not be run. */
    readonly refused: string | null;
    readonly findings: readonly string[];
  } | null;
}

export function describeTried(tried: readonly Tried[]): InitDocument['tried'] {
  return tried.map(({ candidate, trial }) => ({
    tool: candidate.tool.name,
    why: candidate.why,
    failure: trial.failure,
  }));
}

export function describeWork({ chosen, offer }: Examination): InitDocument['work'] {
  if (chosen === null) return null;
  const { candidate } = chosen;
  const found = chosen.kind === 'job' ? chosen.trial.found : null;
  const tookMs = chosen.kind === 'work' ? chosen.trial.tookMs : (found?.tookMs ?? null);
  const rounded = tookMs === null ? null : Math.round(tookMs);
  return { tool: candidate.tool.name, as: found === null ? offer.dialect : 'handle', tookMs: rounded };
}

export function describeTrial(trial: Verdict | string | null): InitDocument['trial'] {
  if (trial === null) return null;
  if (typeof trial === 'string') return { valid: null, exitCode: EXIT.usage, fates: {}, refused: trial, findings: [] };
  const findings = trial.checkers.flatMap((checker) => checker.findings.map(({ message }) => message));
  return { valid: trial.valid, exitCode: trial.exitCode, fates: trial.fates, refused: null, findings };
}

/** A line a fact, the next steps last. */
export function initText(document: InitDocument, trial: Verdict | string | null): string {
  const { server, dialect, transport, toolCount, work, tried, notCalled, advice, profile } = document;
  const lines = [
    `${server.name} ${server.version}: ${toolCount} tools over ${transport}, ${dialect}`,
    ...tried.map(({ tool, why, failure }) => `  tried      ${tool} (${why}): ${failure ?? 'it worked'}`),
    ...notCalled.map(({ tool, why }) => `  not called ${tool}: ${why}`),
    work === null
      ? '  work       no tool did its work when it was called'
      : `  work       ${work.tool}, as ${work.as}${work.tookMs === null ? '' : `, in ${work.tookMs} ms`}`,
    `  profile    ${profile}`,
    ...trialLines(document, trial),
    ...advice.map(({ kind, text }) => `  ${kind === 'missing' ? 'missing   ' : 'stronger  '} ${text}`),
  ];
  const next =
    work === null ? `Complete ${profile}, then: claimcheck run steady --profile ${profile}` : nextSteps(profile);
  return [...lines, next].join('\n');
}

function trialLines({ trial }: InitDocument, verdict: Verdict | string | null): string[] {
  if (trial === null || verdict === null) return [];
  if (typeof verdict === 'string') return [`  trial      could not be run: ${verdict}`];
  const fates = Object.entries(verdict.fates).map(([fate, count]) => `${count} ${fate}`);
  return [
    `  trial      steady: ${verdictWord(verdict)}, ${fates.join(', ')}`,
    ...trial.findings.slice(0, 3).map((finding) => `             ${finding}`),
  ];
}

function nextSteps(profile: string): string {
  return `Next: claimcheck audit --profile ${profile}; claimcheck run crash-mid-task --profile ${profile}; claimcheck run all --profile ${profile}`;
}
