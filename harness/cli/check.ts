import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { judgeDirectory } from '../judge/judge.ts';
import { worstExitCode } from '../model/exit-code.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Command, CommandContext } from './command.ts';
import { concludeRun } from './conclusion.ts';
import { recheckEvaluation } from './eval-check.ts';
import { isEvaluationDirectory } from './eval-report.ts';
import { jsonText, writeJson } from './json-file.ts';
import { existingRun, shown } from './out-directory.ts';
import { summarise } from './summary.ts';

/** Judges saved runs again, by the checkers of this version; verdict.json is written anew. */
export const check: Command = {
  name: 'check',
  summary: 'judge saved runs again; the exit code is that of the worst',
  attach(parser, context) {
    parser
      .argument('<directory...>', 'run directories; or an evaluation, whose episodes are scored again')
      .option('--json', 'one JSON document: the verdict, or a summary of several')
      .action(async (paths: readonly string[], options: { json?: boolean }) => {
        if (paths.some((path) => isEvaluationDirectory(resolve(context.cwd, path)))) {
          context.end(await checkEvaluations(paths, options.json === true, context));
          return;
        }
        const directories = paths.map((path) => existingRun(context.cwd, path));
        const verdicts: { directory: string; verdict: Verdict }[] = [];
        for (const directory of directories) {
          const verdict = await judgeDirectory(directory.path);
          tellCut(directory, context);
          tellDifference(directory, verdict, context);
          writeJson(directory.verdict, verdict);
          verdicts.push({ directory: shown(context.cwd, directory.path), verdict });
        }
        const exitCode = worstExitCode(verdicts.map(({ verdict }) => verdict.exitCode));
        const [only] = verdicts;
        if (options.json) {
          context.output.result(jsonText(verdicts.length === 1 && only ? only.verdict : summarise(verdicts, exitCode)));
        } else {
          for (const { directory, verdict } of verdicts) {
            context.output.result(concludeRun(verdict, { directory, report: null }));
          }
        }
        context.end(exitCode);
      });
  },
};

async function checkEvaluations(paths: readonly string[], json: boolean, context: CommandContext): Promise<number> {
  const directories = paths.map((path) => resolve(context.cwd, path));
  const run = paths.find((path) => !isEvaluationDirectory(resolve(context.cwd, path)));
  if (run !== undefined) throw new UsageError(`${run} holds no evaluation; check runs and evaluations apart`);
  if (json && paths.length > 1) throw new UsageError('--json: name one evaluation at a time');
  const codes: number[] = [];
  for (const directory of directories) codes.push(await recheckEvaluation(directory, json, context));
  return worstExitCode(codes);
}

/** A history that does not end with a line end was cut while it was written: what came before is judged. */
function tellCut({ history }: RunDirectory, { output, cwd }: CommandContext): void {
  if (!existsSync(history)) return;
  const file = openSync(history, 'r');
  try {
    const last = Buffer.alloc(1);
    readSync(file, last, 0, 1, Math.max(0, fstatSync(file).size - 1));
    if (last.toString('latin1') === '\n') return;
    output.warn(`${shown(cwd, history)} ends in the middle of a line; it is judged up to there`);
  } finally {
    closeSync(file);
  }
}

/** The verdict that stood there may come from an older version: a change is worth a line. */
function tellDifference(directory: RunDirectory, verdict: Verdict, { output, cwd }: CommandContext): void {
  const place = shown(cwd, directory.verdict);
  if (!existsSync(directory.verdict)) {
    output.progress(`${place}: there was no verdict before`);
    return;
  }
  const before = parseJson(readFileSync(directory.verdict, 'utf8'));
  // The replay line names the directory as it was given, and means the same.
  const now: unknown = JSON.parse(JSON.stringify({ ...verdict, replay: '' }));
  const was = typeof before === 'object' && before !== null ? { ...before, replay: '' } : before;
  const isSame = isDeepStrictEqual(was, now);
  output.progress(`${place}: ${isSame ? 'the same verdict as before' : 'differs from the verdict that stood there'}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A damaged verdict differs from every other, which is all that is asked here; it is about to be replaced.
    return null;
  }
}
