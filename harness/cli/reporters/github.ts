import { appendFileSync } from 'node:fs';
import type { Verdict } from '../../model/verdict.ts';
import { reasons, verdictWord } from '../conclusion.ts';
import { seconds } from '../progress-text.ts';
import type { FinishedRun, Reporter } from './reporter.ts';

// GitHub shows ten errors and ten warnings of a step and drops the rest silently.
export const ANNOTATIONS_MAX = 10;

/** Annotations (worst first) on stderr, which GitHub reads as well, and a table in the job summary. */
export const github: Reporter = {
  meta: {
    id: 'github',
    title: 'GitHub Actions',
    description: 'Annotations for what was violated, and a table in the job summary ($GITHUB_STEP_SUMMARY).',
    ownsStdout: false,
  },
  create({ output, env }) {
    return {
      onEnd(runs) {
        for (const annotation of annotations(runs)) output.warn(annotation);
        const file = env.GITHUB_STEP_SUMMARY;
        if (file === undefined || file === '')
          output.warn('GITHUB_STEP_SUMMARY is not set: no job summary was written');
        else appendFileSync(file, summaryText(runs));
      },
    };
  },
};

/** `::error title=…::message` lines: violations before thresholds before what is unknown. */
export function annotations(runs: readonly FinishedRun[]): string[] {
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const { verdict } of runs) {
    for (const checker of verdict.checkers) {
      const [finding] = checker.findings;
      if (checker.valid !== false || !finding) continue;
      const more = checker.findings.length > 1 ? ` (and ${checker.findings.length - 1} more)` : '';
      errors.push(command('error', `${verdict.scenario}: ${finding.invariant}`, `${finding.message}${more}`));
    }
  }
  for (const { verdict } of runs) {
    for (const { expression, valid, value } of verdict.thresholds) {
      if (valid !== false) continue;
      errors.push(command('error', `${verdict.scenario}: threshold missed`, `${expression}; it was ${value}`));
    }
    for (const { id, valid, reason } of verdict.checkers) {
      if (valid === 'unknown') warnings.push(command('warning', `${verdict.scenario}: ${id} is unknown`, reason ?? ''));
    }
  }
  return [...errors.slice(0, ANNOTATIONS_MAX), ...warnings.slice(0, ANNOTATIONS_MAX)];
}

/** A Markdown table of the runs, then why those that are not valid are not. */
export function summaryText(runs: readonly FinishedRun[]): string {
  const rows = runs.map(({ verdict }) => {
    const calls = Object.values(verdict.fates).reduce((sum, count) => sum + count, 0);
    return `| ${verdict.scenario} | ${verdictWord(verdict)} | ${calls} | ${seconds(verdict.durationMs)} | ${verdict.seed} |`;
  });
  const details = runs.flatMap(({ verdict }) => detailsOf(verdict));
  const head = ['## Claimcheck', '', '| scenario | verdict | calls | took | seed |', '|---|---|---:|---:|---:|'];
  return `${[...head, ...rows, ...details].join('\n')}\n`;
}

function detailsOf(verdict: Verdict): string[] {
  const lines = reasons(verdict);
  if (lines.length === 0) return [];
  const fence = fenceFor([...lines, verdict.replay].join('\n'));
  return ['', `### ${verdict.scenario}`, '', `${fence}text`, ...lines, verdict.replay, fence];
}

/** Longer than any in the text, or what a server said could end the block. */
function fenceFor(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  return '`'.repeat(Math.max(3, longest + 1));
}

/** Properties and message are escaped as GitHub asks for, or a server's text could end the command and begin another. */
export function command(level: 'error' | 'warning', title: string, message: string): string {
  const text = (value: string) => value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (value: string) => text(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${level} title=${property(title)}::${text(message)}`;
}
