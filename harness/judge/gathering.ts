import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSpilled } from '../model/event-spill.ts';
import type { Gathering, Kept } from '../model/folded.ts';
import { indexFolded } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import type { SavedRun } from './judge.ts';

/** Gathers what a run that is recorded as counts keeps of itself; nobody else will have it when the run is over. */
export interface RunGathering extends Gathering, Disposable {
  /** Call once, after the end. `plan`: what the run was by then. */
  run(plan: Plan): SavedRun;
}

/** Throws what the file system throws: it needs a temporary file. */
export function openGathering(): RunGathering {
  const file = openNameless();
  let kept: Kept | null = null;
  return {
    file,
    end(all) {
      kept = all;
    },
    run(plan) {
      if (kept === null) throw new Error('expected what a run that keeps counts only has kept, and there is nothing');
      return { plan, history: indexFolded(plan, readSpilled(file, kept.runs), kept.folded) };
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** A file without a name goes with its process, however that ends. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'claimcheck-kept-'));
  try {
    return openSync(join(folder, 'events.jsonl'), 'wx+');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
