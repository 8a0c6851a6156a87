import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { EXIT } from '../model/exit-code.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Command, CommandContext } from './command.ts';

// What turns the sources into something that can be timed, and times it.
const TOOLS = ['rolldown', 'tinybench'] as const;

// Long enough to remove its bundle after an interrupt.
const STOP_MS_MAX = 5000;

interface BenchFlags {
  readonly json?: boolean;
  readonly list?: boolean;
}

/** Times our own parts beside a baseline each. Exit 3: a ratio is over its budget. */
export const bench: Command = {
  name: 'bench',
  summary: 'micro-benchmarks of stores, wire, checkers and simulation, each beside its baseline (in a clone)',
  attach(parser, context) {
    parser
      .argument('[name...]', 'only benchmark files whose path contains one of these words')
      .option('--list', 'name the benchmark files, and measure nothing')
      .option('--json', 'one JSON document')
      .action(async (names: readonly string[], flags: BenchFlags) => {
        context.end(await benchCommand(names, flags, context));
      });
  },
};

async function benchCommand(names: readonly string[], flags: BenchFlags, context: CommandContext): Promise<number> {
  const { output, signal, package: own } = context;
  const script = benchScript(own.root);
  const args = [...names, ...(flags.list ? ['--list'] : []), ...(flags.json ? ['--json'] : [])];
  const ended = await execa(process.execPath, [script, ...args], {
    cwd: own.root,
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: STOP_MS_MAX,
    stdin: 'ignore',
    stderr: 'inherit',
  });
  if (ended.isCanceled) return EXIT.interrupted;
  if (ended.stdout !== '') output.result(ended.stdout);
  const code = ended.exitCode ?? EXIT.ours;
  const known: readonly number[] = [EXIT.valid, EXIT.threshold, EXIT.usage, EXIT.interrupted];
  if (known.includes(code)) return code;
  throw new Error(`expected the benchmarks to end by themselves, got ${ended.signal ?? `exit code ${code}`}`);
}

/** Throws a UsageError that says how to get what an installed package does not hold. */
export function benchScript(root: string): string {
  const script = join(root, '.ci', 'bench.mjs');
  if (!existsSync(script)) {
    throw new UsageError(
      'bench measures the sources, and the installed package does not hold them. In a clone of the repository: npm ci, then npx claimcheck bench.',
    );
  }
  const { resolve } = createRequire(script);
  const missing = TOOLS.filter(
    (name) => !isThere(() => resolve(name)) && !isThere(() => resolve(`${name}/package.json`)),
  );
  if (missing.length > 0) {
    throw new UsageError(`bench needs ${missing.join(' and ')}, which are for development only: npm ci --include=dev`);
  }
  return script;
}

function isThere(find: () => string): boolean {
  try {
    find();
    return true;
  } catch {
    // Not installed; the caller says what that means.
    return false;
  }
}
