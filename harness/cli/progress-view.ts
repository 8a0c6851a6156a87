import type { Clock } from '../model/clock.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress-state.ts';
import { progressBlock, progressLine } from './progress-text.ts';

// Fast enough to feel alive, slow enough to cost nothing.
const REDRAW_MS = 200;
const LINE_MS = 5000;

export interface ProgressViewOptions {
  readonly name: string;
  readonly output: Output;
  readonly clock: Clock;
  read(): Progress;
  /** Redraw a block in place; otherwise one plain line per 5 s. */
  readonly isLive: boolean;
}

/** Shows progress until it is disposed of; a live block is cleared then, since the conclusion follows. */
export async function showProgress(options: ProgressViewOptions): Promise<AsyncDisposable> {
  const { name, output, clock, read, isLive } = options;
  const ending = new AbortController();
  const block = isLive ? (await import('log-update')).createLogUpdate(output.stderr) : null;
  const draw = () => {
    if (block === null) output.progress(progressLine(name, read()));
    else block(progressBlock(name, read(), output.stderr.columns));
  };
  const drawing = (async () => {
    while (!ending.signal.aborted) {
      const isOver = await clock.sleep(isLive ? REDRAW_MS : LINE_MS, ending.signal).then(
        () => false,
        // Aborted: the run is over.
        () => true,
      );
      if (!isOver) draw();
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await drawing;
      block?.clear();
      // Gives the cursor back.
      block?.done();
    },
  };
}
