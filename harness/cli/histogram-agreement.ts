import { existsSync, readFileSync } from 'node:fs';
import { type HistogramsDocument, histogramsSchema, TIMED } from '../model/latency-histograms.ts';
import type { Verdict } from '../model/verdict.ts';

const PERCENTILES = ['p50', 'p90', 'p95', 'p99'] as const;
/** A histogram of three digits holds a value to 1/1024 of it; below that, both are in whole µs. */
const RELATIVE_MAX = 1 / 1024;
const ABSOLUTE_MS_MAX = 0.002;

/** The histograms of a run directory; null: its load was not measured. */
export function readHistograms(path: string): HistogramsDocument | null {
  return existsSync(path) ? histogramsSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;
}

/** Where the histograms and the events say different things of the same metric, each in a few words. Both saw every sample. */
export function disagreements(metrics: Verdict['metrics'], { histograms }: HistogramsDocument): readonly string[] {
  return TIMED.flatMap((id) => {
    const events = metrics[id];
    if (events?.type !== 'trend') return [];
    const { [id]: timed } = histograms;
    if (events.count !== timed.count) return [`${id} has ${timed.count} samples, and ${events.count} by the events`];
    return PERCENTILES.flatMap((percentile) => {
      const [own, theirs] = [timed[percentile], events[percentile]];
      if (own === theirs || (own !== null && theirs !== null && isClose(own, theirs))) return [];
      return [`${id} ${percentile} is ${own} ms, and ${theirs} ms by the events`];
    });
  });
}

function isClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= Math.max(one, other) * RELATIVE_MAX + ABSOLUTE_MS_MAX;
}

export function histogramLine(metrics: Verdict['metrics'], document: HistogramsDocument): string {
  const wrong = disagreements(metrics, document);
  const word = wrong.length === 0 ? 'agree with the events to a thousandth' : `DISAGREE: ${wrong.join('; ')}`;
  return `hdr       histograms.json: percentiles ${word}`;
}
