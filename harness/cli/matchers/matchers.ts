import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { EXIT } from '../../model/exit-code.ts';
import type { Verdict } from '../../model/verdict.ts';
import { parseThreshold } from '../../plan/threshold.ts';
import { catalogueOf } from '../../plan/threshold-choice.ts';
import { gateSaved } from '../gate-saved.ts';
import { gateText } from '../gate-text.ts';
import type { RunChoice, ScenarioChoice } from './choice.ts';
import { runServer, type ServerRun } from './server-run.ts';

/** What a matcher tells the test that asked. */
export interface MatcherAnswer {
  readonly pass: boolean;
  readonly message: () => string;
}

// The matchers throw where there is no answer, so that neither `expect(x)` nor `expect(x).not` passes without evidence.

/** No invariant is violated, every demanded situation is reached, every threshold met. */
export async function toSurvive(received: unknown, scenario: string, choice?: RunChoice): Promise<MatcherAnswer> {
  const run = await runServer(received, scenario, choice);
  const { exitCode } = run.verdict;
  if (exitCode !== EXIT.valid && exitCode !== EXIT.violated && exitCode !== EXIT.threshold) throw noAnswer(run);
  return answer(run, exitCode === EXIT.valid, `the server to survive ${scenario}`);
}

/** One threshold is met, such as 'detection-lag.p95 < 800ms'; invariants are not asked. */
export async function toMeet(
  received: unknown,
  threshold: string,
  { scenario = 'steady', ...choice }: ScenarioChoice = {},
): Promise<MatcherAnswer> {
  const run = await runServer(received, scenario, { ...choice, threshold: [threshold] });
  const wanted = parseThreshold(threshold, catalogueOf()).expression;
  const found = run.verdict.thresholds.find(({ expression }) => expression === wanted);
  if (found === undefined || found.valid === 'unknown' || found.applicable === false || isBroken(run.verdict)) {
    throw noAnswer(run);
  }
  return answer(run, found.valid, `${found.expression} in ${scenario}; it was ${found.value}`);
}

/**
 * A run holds against a baseline file, as in `claimcheck gate DIR --baseline FILE`. Where there is no file yet, or CLAIMCHECK_UPDATE is
 * set, the run becomes the baseline; never where CI is set.
 */
export async function toMatchBaseline(
  received: unknown,
  file: string,
  { scenario = 'steady', threshold = [], ...choice }: ScenarioChoice = {},
): Promise<MatcherAnswer> {
  const run = await runServer(received, scenario, choice);
  if (isBroken(run.verdict)) throw noAnswer(run);
  const { env, cwd } = run.context;
  const isFixed = (env.CI ?? '') !== '';
  const update = !isFixed && ((env.CLAIMCHECK_UPDATE ?? '') !== '' || !existsSync(resolve(cwd, file)));
  const report = await gateSaved({
    paths: [relative(cwd, run.directory)],
    baseline: file,
    thresholds: threshold,
    update,
    context: run.context,
  });
  const text = gateText(report);
  if (report.outcome === 'inconclusive') throw noAnswer({ ...run, text });
  return answer({ ...run, text }, report.outcome === 'no-regression', `the server to match ${file} in ${scenario}`);
}

function answer(run: Pick<ServerRun, 'text' | 'discard'>, pass: boolean, what: string): MatcherAnswer {
  if (pass) run.discard();
  return { pass, message: () => `expected ${pass ? 'not ' : ''}${what}\n\n${run.text}` };
}

/** Our own fault, or cut short: nothing that was measured there says anything of the server. */
function isBroken({ exitCode }: Verdict): boolean {
  return exitCode === EXIT.ours || exitCode === EXIT.interrupted;
}

function noAnswer({ text }: Pick<ServerRun, 'text'>): Error {
  return new Error(`there is no evidence for an answer\n\n${text}`);
}
