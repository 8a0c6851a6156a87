import { openCrew } from '../explore/crew.ts';
import { fileSha256, sha256 } from '../explore/history-hash.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { restoreTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { count } from './exploration-words.ts';
import type { ReplaySource } from './replay-source.ts';
import type { Reporter } from './reporters/reporter.ts';
import type { OutputFlags } from './run-options.ts';
import { runSeries } from './series.ts';

export interface ReplayOptions {
  readonly flags: OutputFlags;
  readonly reporters: readonly Reporter[];
  readonly context: CommandContext;
  readonly runs: number;
}

/** Once into a run directory, the other times in a thread alone; every history is compared with the saved one. */
export async function replayInVirtualTime(
  { plan, historySha256 }: ReplaySource,
  { flags, reporters, context, runs }: ReplayOptions,
): Promise<number> {
  const target = restoreTarget(plan.target);
  const directories: RunDirectory[] = [];
  const onFinished = (_run: unknown, directory: RunDirectory) => directories.push(directory);
  const exitCode = await runSeries({ plans: [plan], target, flags, reporters, context, onFinished });
  const [directory] = directories;
  if (directory === undefined || context.signal.aborted) return exitCode;
  const hashes = [await fileSha256(directory.history)];
  if (runs > 1) {
    await using crew = await openCrew({ target: plan.target, size: 1, claimcheck: plan.claimcheck });
    while (hashes.length < runs && !context.signal.aborted) hashes.push(sha256((await crew.run(plan)).history));
  }
  const say = ownsStdout(flags, reporters) ? context.output.progress : context.output.result;
  say(`  history   ${comparison(hashes, historySha256)}`);
  return exitCode;
}

function comparison(hashes: readonly string[], saved: string | null): string {
  const wanted = saved ?? hashes[0];
  const same = hashes.filter((hash) => hash === wanted).length;
  const which = saved === null ? 'the first (none was saved)' : 'the saved one';
  const times = `in ${count(same)} of ${count(hashes.length)} ${hashes.length === 1 ? 'run' : 'runs'}`;
  if (same === hashes.length) return `identical to ${which}, byte for byte, ${times} (sha256 ${wanted})`;
  return `DIFFERENT from ${which}: identical ${times}; the server, the harness or the machine's Node has changed`;
}

/** Somebody else writes to stdout. */
export function ownsStdout(flags: OutputFlags, reporters: readonly Reporter[]): boolean {
  return flags.json === true || reporters.some(({ meta }) => meta.ownsStdout);
}
