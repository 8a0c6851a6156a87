import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createLedger, IDLE_TAIL_MS, type Ledger } from '../execution/ledger.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { ledgerFile } from './server-place.ts';
import type { TestBedOptions } from './test-bed.ts';

/** The file that effects are written to. */
export function ledgerPathOf(target: Pick<ResolvedTarget, 'effectsFile'>, scratch: string): string {
  return target.effectsFile(join(scratch, 'data')) ?? ledgerFile(scratch);
}

/** The ledger of a real server, drained also while no frame comes. */
export function followLedger(
  options: Pick<TestBedOptions, 'target' | 'recorder' | 'clock' | 'directory' | 'scratch'> & {
    readonly boot: (worker: string | null) => number;
    readonly callOf: (token: string) => number | null;
  },
): Ledger {
  const { target, recorder, clock, directory, scratch } = options;
  const path = ledgerPathOf(target, scratch);
  // Looked at before every frame, and many a server never writes one: an empty file costs less than one that is not there.
  if (path === ledgerFile(scratch)) closeSync(openSync(path, 'a'));
  const ledger = createLedger({
    path,
    copyTo: directory.ledger,
    originNs: clock.originNs,
    now: clock.now,
    boot: options.boot,
    callOf: options.callOf,
    onEffect: recorder.record,
    onComplaint: (text) => recorder.record({ kind: 'note', topic: 'ledger', text }),
  });
  const idleTail = setInterval(ledger.drain, IDLE_TAIL_MS);
  idleTail.unref();
  return {
    drain: ledger.drain,
    close() {
      clearInterval(idleTail);
      ledger.drain();
      ledger.close();
    },
  };
}
