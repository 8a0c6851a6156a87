import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLedger } from '../execution/ledger.ts';
import type { Recorder } from '../execution/recorder.ts';
import type { Plan } from '../model/plan.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import type { Boot } from './boot.ts';
import type { SimulationContext } from './server-face.ts';
import type { VirtualWorld } from './virtual-world.ts';

/** The effect ledger of a simulated run: told directly, or appended to a file as by a real process. */
export interface VirtualLedger {
  forBoot(boot: Boot): SimulationContext['ledger'];
  /** Takes what was appended to the file since the last time. */
  drain(): void;
  close(): void;
}

export interface VirtualLedgerOptions {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly world: VirtualWorld;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly directory: string;
  readonly boot: () => number;
  /** Where raw lines go (ledger.jsonl); null: nowhere. */
  readonly ledgerCopy: string | null;
}

// Written this many at a time, so that a long run does not hold them all.
const LINES_MAX = 1000;

export function createVirtualLedger(options: VirtualLedgerOptions): VirtualLedger {
  const { plan, target, world, recorder } = options;
  const calls = new Map(plan.calls.map((call) => [call.token, call.call]));
  const callOf = (token: string) => calls.get(target.tokenOf(token)) ?? null;
  const own = target.effectsFile(options.directory);
  const path = own ?? join(options.directory, 'ledger.jsonl');
  // Looked into before every frame: to read an empty file costs a tenth of looking for one that is not there.
  if (own === null && plan.target.kind === 'module') writeFileSync(path, '', { flag: 'a' });
  const file =
    plan.target.kind === 'reference'
      ? null
      : createLedger({
          path,
          copyTo: options.ledgerCopy,
          originNs: 0n,
          now: world.harnessClock.now,
          boot: options.boot,
          callOf,
          onEffect: recorder.record,
          onComplaint: (text) => recorder.record({ kind: 'note', topic: 'ledger', text }),
        });
  let lines: string[] = [];
  const flush = () => {
    if (options.ledgerCopy !== null && lines.length > 0) appendFileSync(options.ledgerCopy, lines.join(''));
    lines = [];
  };
  const tell = (boot: Boot, phase: 'begin' | 'commit', token: string) => {
    const at = world.harnessClock.now();
    // At this very instant, but not inside the server's code: what watches the history strikes the server.
    world.schedule(world.harness, 0, () => {
      if (options.ledgerCopy !== null) lines.push(`${JSON.stringify({ token, phase, at, worker: boot.name })}\n`);
      if (lines.length >= LINES_MAX) flush();
      recorder.record({ kind: 'fx', token, call: callOf(token), phase, boot: boot.number, at });
    });
  };
  return {
    forBoot: (boot) => ({
      path,
      begin: (token) => tell(boot, 'begin', token),
      commit: (token) => tell(boot, 'commit', token),
    }),
    drain: () => file?.drain(),
    close() {
      file?.drain();
      file?.close();
      flush();
    },
  };
}
