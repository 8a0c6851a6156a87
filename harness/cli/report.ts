import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Command } from './command.ts';
import { writeWhole } from './json-file.ts';
import { existingRun, shown } from './out-directory.ts';
import { drawReport, readRun } from './run-report.ts';

/** Draws saved runs again: one run into its own directory, several into one file that compares them. */
export const report: Command = {
  name: 'report',
  summary: 'draw the report of a saved run again, or one that compares several',
  attach(parser, { output, cwd, end }) {
    parser
      .argument('<directory...>', 'run directories')
      .option(
        '-o, --output <file>',
        'where to write it (default: report.html in the directory; comparison.html for several)',
      )
      .option('--strict', 'exit with the code of the worst verdict instead of 0')
      .action(async (paths: readonly string[], options: { output?: string; strict?: boolean }) => {
        const directories = paths.map((path) => existingRun(cwd, path));
        const [first] = directories;
        if (!first) throw new UsageError('name at least one run directory');
        const standard = directories.length === 1 ? first.report : join(cwd, 'comparison.html');
        const file = options.output === undefined ? standard : resolve(cwd, options.output);
        if (!existsSync(dirname(file)))
          throw new UsageError(`${shown(cwd, dirname(file))} does not exist; make it first`);
        const runs = [];
        for (const directory of directories) runs.push(await readRun(directory));
        writeReport(file, drawReport(runs));
        output.result(shown(cwd, file));
        end(options.strict ? worstExitCode(runs.map(({ verdict }) => verdict.exitCode)) : EXIT.valid);
      });
  },
};

function writeReport(file: string, text: string): void {
  try {
    writeWhole(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot write the report: ${reason}`, { cause: error });
  }
}
