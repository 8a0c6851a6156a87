import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { drawSavedAudit, isAuditDirectory } from './audit-output.ts';
import { drawSavedCapacity, isCapacityDirectory } from './capacity-report.ts';
import type { Command } from './command.ts';
import { drawSavedClients, isClientsDirectory } from './eval-client-report.ts';
import { drawSavedEvaluation, isEvaluationDirectory, REPORT_FILE } from './eval-report.ts';
import { writeWhole } from './json-file.ts';
import { existingRun, shown } from './out-directory.ts';
import { drawReport, readRun } from './run-report.ts';

/** Draws saved runs again: one run into its own directory, several into one file that compares them. */
export const report: Command = {
  name: 'report',
  summary: 'draw the report of a saved run again, or one that compares several',
  attach(parser, { output, cwd, end }) {
    parser
      .argument(
        '<directory...>',
        'run directories; or an evaluation; or two of them, the earlier one first; or a table of clients; or a search for a capacity; or an audit',
      )
      .option(
        '-o, --output <file>',
        'where to write it (default: report.html in the directory; comparison.html for several)',
      )
      .option(
        '--trend <directory>',
        'a folder of earlier runs (default: the one it lies in, where runs lie by default)',
      )
      .option('--strict', 'exit with the code of the worst verdict instead of 0')
      .action(async (paths: readonly string[], options: { output?: string; trend?: string; strict?: boolean }) => {
        if (paths.some((path) => isEvaluationDirectory(resolve(cwd, path)))) {
          output.result(await evaluationReport(paths, options, cwd));
          end(EXIT.valid);
          return;
        }
        if (paths.some((path) => isClientsDirectory(resolve(cwd, path)))) {
          output.result(clientsReport(paths, options, cwd));
          end(EXIT.valid);
          return;
        }
        if (paths.some((path) => isCapacityDirectory(resolve(cwd, path)))) {
          output.result(capacityReport(paths, options, cwd));
          end(EXIT.valid);
          return;
        }
        if (paths.some((path) => isAuditDirectory(resolve(cwd, path)))) {
          output.result(auditReport(paths, options, cwd));
          end(EXIT.valid);
          return;
        }
        const directories = paths.map((path) => existingRun(cwd, path));
        const [first] = directories;
        if (!first) throw new UsageError('name at least one run directory');
        const standard = directories.length === 1 ? first.report : join(cwd, 'comparison.html');
        const file = placeFor(options.output, standard, cwd);
        const runs = [];
        for (const directory of directories) {
          runs.push(await readRun(directory, undefined, options.trend && resolve(cwd, options.trend)));
        }
        writeReport(file, drawReport(runs));
        output.result(shown(cwd, file));
        end(options.strict ? worstExitCode(runs.map(({ verdict }) => verdict.exitCode)) : EXIT.valid);
      });
  },
};

/** Draws one evaluation, or two against each other. Returns the path of the report. */
async function evaluationReport(
  paths: readonly string[],
  options: { readonly output?: string },
  cwd: string,
): Promise<string> {
  const directories = paths.map((path) => resolve(cwd, path));
  const run = paths.find((path) => !isEvaluationDirectory(resolve(cwd, path)));
  if (run !== undefined) throw new UsageError(`${run} holds no evaluation; runs and evaluations do not compare`);
  if (directories.length > 2) throw new UsageError('name one evaluation, or two: the earlier one first');
  const last = directories.at(-1) ?? cwd;
  const before = directories.length === 2 ? (directories[0] ?? null) : null;
  const standard = before === null ? join(last, REPORT_FILE) : join(cwd, 'comparison.html');
  const file = placeFor(options.output, standard, cwd);
  writeReport(file, await drawSavedEvaluation(last, { name: shown(cwd, last), before }));
  return shown(cwd, file);
}

/** Draws a table of clients. Returns the path of the report. */
function clientsReport(paths: readonly string[], options: { readonly output?: string }, cwd: string): string {
  const [path, ...more] = paths;
  if (path === undefined || more.length > 0) throw new UsageError('name one table of clients: they do not compare');
  const directory = resolve(cwd, path);
  const file = placeFor(options.output, join(directory, REPORT_FILE), cwd);
  writeReport(file, drawSavedClients(directory, shown(cwd, directory)));
  return shown(cwd, file);
}

/** Draws a search for a capacity. Returns the path of the report. */
function capacityReport(paths: readonly string[], options: { readonly output?: string }, cwd: string): string {
  const [path, ...more] = paths;
  if (path === undefined || more.length > 0)
    throw new UsageError('name one search for a capacity: they do not compare');
  const directory = resolve(cwd, path);
  const file = placeFor(options.output, join(directory, REPORT_FILE), cwd);
  writeReport(file, drawSavedCapacity(directory, cwd));
  return shown(cwd, file);
}

/** Draws an audit. Returns the path of the report. */
function auditReport(paths: readonly string[], options: { readonly output?: string }, cwd: string): string {
  const [path, ...more] = paths;
  if (path === undefined || more.length > 0) throw new UsageError('name one audit: they do not compare');
  const directory = resolve(cwd, path);
  const file = placeFor(options.output, join(directory, REPORT_FILE), cwd);
  writeReport(file, drawSavedAudit(directory, shown(cwd, directory)));
  return shown(cwd, file);
}

function placeFor(output: string | undefined, standard: string, cwd: string): string {
  const file = output === undefined ? standard : resolve(cwd, output);
  if (!existsSync(dirname(file))) throw new UsageError(`${shown(cwd, dirname(file))} does not exist; make it first`);
  return file;
}

function writeReport(file: string, text: string): void {
  try {
    writeWhole(file, text);
  } catch (error) {
    const reason = messageOf(error);
    throw new UsageError(`cannot write the report: ${reason}`, { cause: error });
  }
}
