import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Builder, TestSuite } from 'junit-report-builder';
import type { CheckerVerdict, Verdict } from '../../model/verdict.ts';
import { writeWhole } from '../json-file.ts';
import type { FinishedRun, Reporter } from './reporter.ts';

// A report that nobody can scroll through helps nobody; the verdict holds them all.
const FINDINGS_MAX = 20;

/** junit.xml: one suite a run, one case a checker, a threshold and a demanded situation. Unknown is an error, never a pass. */
export const junit: Reporter = {
  meta: {
    id: 'junit',
    title: 'JUnit XML',
    description: 'Writes junit.xml into the run directory, or into --out for several runs.',
    ownsStdout: false,
  },
  create({ output }) {
    return {
      onEnd(runs, directory) {
        const places =
          directory === null ? runs.map((run) => ({ path: run.directory, runs: [run] })) : [{ path: directory, runs }];
        for (const place of places) {
          const file = join(place.path, 'junit.xml');
          writeWhole(file, junitText(place.runs));
          output.progress(`wrote ${file}`);
        }
      },
    };
  },
};

/** The document for these runs. */
export function junitText(runs: readonly FinishedRun[]): string {
  const builder = loadBuilder().newBuilder();
  for (const { verdict, directory } of runs) {
    const suite = builder.testSuite().name(`${verdict.scenario}, seed ${verdict.seed}`);
    suite
      .timestamp(new Date(verdict.startedAt))
      .time(verdict.durationMs / 1000)
      .property('directory', directory);
    suite.property('replay', verdict.replay);
    for (const checker of verdict.checkers) addChecker(suite, verdict, checker);
    for (const { expression, valid, value, reason, applicable } of verdict.thresholds) {
      const test = suite.testCase().className(`${verdict.scenario}.thresholds`).name(expression);
      const text = value === null ? (reason ?? 'nothing was measured') : `it was ${value}`;
      if (applicable === false) test.skipped();
      else if (valid === false) test.failure(text, 'threshold');
      else if (valid === 'unknown') test.error(text, 'unknown');
    }
    for (const { id, title, required, reached, applicable } of verdict.coverage) {
      if (!required) continue;
      const test = suite.testCase().className(`${verdict.scenario}.situations`).name(id);
      if (applicable === false) test.skipped();
      else if (reached === 0) test.error(`not reached: ${title}`, 'unknown');
    }
  }
  return builder.build();
}

function addChecker(suite: TestSuite, verdict: Verdict, checker: CheckerVerdict): void {
  const test = suite.testCase().className(`${verdict.scenario}.checkers`);
  test.name(`${checker.invariants.join(', ')} ${checker.id}: ${checker.title}`.trim());
  if (checker.valid === 'not-applicable') test.skipped();
  if (checker.valid === 'unknown') test.error(checker.reason ?? 'no evidence', 'unknown');
  if (checker.valid === false) {
    const lines = checker.findings.slice(0, FINDINGS_MAX).map(({ invariant, message }) => `${invariant}: ${message}`);
    const rest = checker.findings.length - lines.length;
    if (rest > 0) lines.push(`and ${rest} more in verdict.json`);
    test.failure(lines.join('\n') || checker.title, 'violation');
  }
}

/** Loaded when a document is written: most runs write none, and it takes as long to load as a small run in virtual time. */
export function loadBuilder(): Builder {
  const packaged: unknown = createRequire(import.meta.url)('junit-report-builder');
  if (!isBuilder(packaged)) throw new Error('junit-report-builder exports no newBuilder');
  return packaged;
}

/** The package's types promise a default inside the module; what Node loads is the builder itself. */
function isBuilder(value: unknown): value is Builder {
  return typeof value === 'object' && value !== null && 'newBuilder' in value;
}
