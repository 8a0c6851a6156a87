import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Clock } from '../model/clock.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import type { EffectsCommands } from '../targets/target.ts';
import { isObject, parseJson } from '../wire/json-rpc.ts';
import type { Guardian } from './guardian.ts';

/** What a command has printed is heard so much later at most; a line on its way down a pipe takes under a millisecond. */
const SETTLE_MS = 200;
const SNAPSHOT_MS_MAX = 60_000;
/** Of its stderr, in an error. */
const SAID_CHARS_MAX = 500;
const ENDED_WELL = 'it ended with exit code 0';

/** Effects that are heard of through a command: what it prints becomes lines of the ledger. */
export interface EffectsWatch {
  start(): void;
  /** Takes in what there is to know now. Throws a UsageError when the command has failed: half of the effects prove nothing. */
  look(): Promise<void>;
  close(): void;
}

export interface EffectsWatchOptions {
  readonly commands: EffectsCommands;
  /** Where the commands run. */
  readonly dir: string;
  /** The ledger of the run. */
  readonly path: string;
  readonly guardian: Guardian;
  readonly clock: Clock;
}

export function createEffectsWatch(options: EffectsWatchOptions): EffectsWatch {
  const { stream, snapshot } = options.commands;
  if (stream !== null) return createStream(stream, options);
  if (snapshot !== null) return createSnapshots(snapshot, options);
  throw new Error('expected a command that tells of effects, got none');
}

/** One that goes on for the whole run. */
function createStream(command: string, options: EffectsWatchOptions): EffectsWatch {
  let child: ChildProcess | null = null;
  let ended: string | null = null;
  return {
    start() {
      const running = startCommand(command, options);
      child = running.child;
      createInterface({ input: running.output }).on('line', (line) => appendFileSync(options.path, `${line}\n`));
      running.exited.then(
        (how) => {
          ended = how;
        },
        (error: unknown) => {
          ended = messageOf(error);
        },
      );
    },
    async look() {
      await options.clock.sleep(SETTLE_MS);
      if (ended === null) return;
      throw new UsageError(`effects.stream must go on for the whole run, and ${ended}.\n  command: ${command}`);
    },
    close: () => endGroup(child, options.guardian),
  };
}

/** Each look counts all effects there are; what is more than the last one counted is new. */
function createSnapshots(command: string, options: EffectsWatchOptions): EffectsWatch {
  const known = new Map<string, number>();
  let child: ChildProcess | null = null;
  return {
    start() {},
    async look() {
      const running = startCommand(command, options);
      child = running.child;
      const lines: string[] = [];
      createInterface({ input: running.output }).on('line', (line) => lines.push(line));
      const isOver = new AbortController();
      const late = options.clock.sleep(SNAPSHOT_MS_MAX, isOver.signal).then(
        () => endGroup(child, options.guardian),
        // It ended in time.
        () => {},
      );
      const how = await running.exited;
      isOver.abort(new Error('it ended'));
      await late;
      if (how !== ENDED_WELL) throw new UsageError(`effects.snapshot failed: ${how}.\n  command: ${command}`);
      for (const [line, count] of countsOf(lines)) {
        const before = known.get(line) ?? 0;
        if (count <= before) continue;
        appendFileSync(options.path, `${line}\n`.repeat(count - before));
        known.set(line, count);
      }
    },
    close: () => endGroup(child, options.guardian),
  };
}

/** How often each effect stands there, by its token and phase where it has them. */
function countsOf(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const parsed = parseJson(line);
    const same = isObject(parsed) ? JSON.stringify({ token: parsed.token, phase: parsed.phase }) : line;
    counts.set(same, (counts.get(same) ?? 0) + 1);
  }
  return counts;
}

function startCommand(command: string, { commands, dir, guardian }: EffectsWatchOptions) {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: dir,
    env: { ...commands.env },
    // A group of its own, so that what it starts ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) guardian.add(pid);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-SAID_CHARS_MAX);
  });
  const exited = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    // Not 'exit': its last lines may still be in the pipe.
    child.once('close', (code, signal) => {
      if (pid !== undefined) guardian.remove(pid);
      const how = `it ended with ${signal ?? `exit code ${code}`}`;
      resolve(said.trim() === '' || code === 0 ? how : `${how}: ${said.trim()}`);
    });
  });
  return { child, output: child.stdout, exited };
}

function endGroup(child: ChildProcess | null, guardian: Guardian): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
    guardian.remove(child.pid);
  } catch (error) {
    // Nothing of it is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
