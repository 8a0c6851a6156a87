import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedTarget } from '../targets/target.ts';
import { createEffectsWatch, type EffectsWatch } from './effects-command.ts';
import { ledgerPathOf } from './ledger-tail.ts';
import { openSink } from './sink.ts';
import type { TestBedOptions } from './test-bed.ts';

/** What fills the ledger of a run besides the server under test itself. */
export interface EffectSources extends AsyncDisposable {
  /** The server has answered for the first time. */
  start(): void;
  /** Takes in effects that are heard of by asking; absent: nobody has to ask. */
  readonly look?: () => Promise<void>;
}

/** Opened before anything is started: the server may be told on its command line where the sink is. */
export async function openEffectSources(
  options: Pick<TestBedOptions, 'scratch' | 'guardian' | 'clock'> & {
    readonly target: Pick<ResolvedTarget, 'sink' | 'effectsFile' | 'effectsCommands'>;
  },
): Promise<EffectSources> {
  const { target, scratch, guardian, clock } = options;
  const dir = join(scratch, 'data');
  const path = ledgerPathOf(target, scratch);
  const { sink } = target;
  const running = sink && (await openSink({ path, takesMs: sink.takesMs, sleep: clock.sleep }));
  if (running !== null) sink?.listensAt(running.url);
  let watch: EffectsWatch | null = null;
  /** Only now its commands can be filled in: they may name the port. */
  const watchOf = () => {
    const commands = target.effectsCommands(dir);
    return commands && createEffectsWatch({ commands, dir, path, guardian, clock });
  };
  return {
    start() {
      mkdirSync(dir, { recursive: true });
      watch = watchOf();
      watch?.start();
    },
    ...(target.effectsCommands(dir) === null ? {} : { look: async () => watch?.look() }),
    async [Symbol.asyncDispose]() {
      watch?.close();
      await running?.[Symbol.asyncDispose]();
    },
  };
}
