import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Builder, TestCase, TestSuite } from 'junit-report-builder';
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
    const suite = builder.testSuite().name(`${legal(verdict.scenario)}, seed ${verdict.seed}`);
    suite
      .timestamp(new Date(verdict.startedAt))
      .time(verdict.durationMs / 1000)
      .property('directory', legal(directory));
    suite.property('replay', legal(verdict.replay));
    for (const checker of verdict.checkers) addChecker(suite, verdict, checker);
    for (const { expression, valid, value, reason, applicable } of verdict.thresholds) {
      const test = suite
        .testCase()
        .className(`${legal(verdict.scenario)}.thresholds`)
        .name(legal(expression));
      const text = value === null ? (reason ?? 'nothing was measured') : `it was ${value}`;
      if (applicable === false) skip(test, reason);
      else if (valid === false) fail(test, 'threshold', text);
      else if (valid === 'unknown') test.error(legal(text), 'unknown', legal(text));
    }
    for (const { id, title, required, reached, applicable, reason } of verdict.coverage) {
      if (!required) continue;
      const test = suite
        .testCase()
        .className(`${legal(verdict.scenario)}.situations`)
        .name(id);
      const text = `not reached: ${title}`;
      if (applicable === false) skip(test, reason);
      else if (reached === 0) test.error(text, 'unknown', text);
    }
  }
  return builder.build();
}

function addChecker(suite: TestSuite, verdict: Verdict, checker: CheckerVerdict): void {
  const test = suite.testCase().className(`${legal(verdict.scenario)}.checkers`);
  test.name(`${checker.invariants.join(', ')} ${checker.id}: ${checker.title}`.trim());
  if (checker.valid === 'not-applicable') skip(test, checker.reason);
  if (checker.valid === 'unknown') {
    const text = legal(checker.reason ?? 'no evidence');
    test.error(text, 'unknown', text);
  }
  if (checker.valid === false) {
    const lines = checker.findings.slice(0, FINDINGS_MAX).map(({ invariant, message }) => `${invariant}: ${message}`);
    const rest = checker.findings.length - lines.length;
    if (rest > 0) lines.push(`and ${rest} more in verdict.json`);
    fail(test, 'violation', lines.join('\n') || checker.title);
  }
}

/** Some readers show the message, others what stands inside: the first line is the one, all of them the other. */
export function fail(test: TestCase, type: string, text: string): void {
  const [message = ''] = text.split('\n');
  test.failure(legal(message), type).stacktrace(legal(text));
}

/** Left out, with why: what is skipped in this format has no message of its own, so it is said as the output of the case. */
export function skip(test: TestCase, reason: string | undefined): void {
  test.skipped();
  test.standardOutput(legal(reason ?? 'not applicable here'));
}

// XML has no way at all to write these, and what a server says may hold them.
const ILLEGAL = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

export function legal(text: string): string {
  return text.replaceAll(ILLEGAL, '\u{FFFD}').replaceAll(']]>', ']] >');
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
