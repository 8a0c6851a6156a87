import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a run. The directory is the only channel between running, judging and reporting. */
export interface RunDirectory {
  readonly path: string;
  readonly plan: string;
  readonly environment: string;
  readonly history: string;
  readonly ledger: string;
  readonly verdict: string;
  readonly report: string;
  /** A measured load only: latency-histograms.ts. */
  readonly histograms: string;
  /** A load that several processes made only: how it was divided, and what became of each part. */
  readonly generators: string;
  stderr(boot: number): string;
}

export function runDirectory(path: string): RunDirectory {
  return {
    path,
    plan: join(path, 'plan.json'),
    environment: join(path, 'environment.json'),
    history: join(path, 'history.jsonl'),
    ledger: join(path, 'ledger.jsonl'),
    verdict: join(path, 'verdict.json'),
    report: join(path, 'report.html'),
    histograms: join(path, 'histograms.json'),
    generators: join(path, 'generators.json'),
    stderr: (boot) => join(path, `stderr.${boot}.log`),
  };
}

/** A directory that holds a plan is a run. */
export function isRunDirectory(path: string): boolean {
  return existsSync(join(path, 'plan.json'));
}
