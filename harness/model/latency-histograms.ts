import { z } from 'zod';
import { createHistogram, DIGITS, type DurationHistogram, decodeHistogram } from './histogram.ts';

/** histograms.json: what the agents of a measured load timed, as HDR histograms that can be added to those of other runs. */
export const HISTOGRAMS_SCHEMA = 'claimcheck/histograms@1';

/** Metrics that agents can time alone; the work's own need the ledger. */
export const TIMED = ['ack-latency', 'create-time', 'read-time', 'end-to-end', 'generator-lateness'] as const;
export type TimedMetric = (typeof TIMED)[number];

export type LatencyHistograms = Readonly<Record<TimedMetric, DurationHistogram>>;

/** ms; null: too few for it. `hdr`: base64 of the compressed V2 form, in whole µs. */
const figuresSchema = z.strictObject({
  count: z.number(),
  min: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  p999: z.number().nullable(),
  max: z.number().nullable(),
  hdr: z.string(),
});
export type HistogramFigures = z.infer<typeof figuresSchema>;

const byMetricSchema = z.record(z.enum(TIMED), figuresSchema);

export const histogramsSchema = z.strictObject({
  schema: z.literal(HISTOGRAMS_SCHEMA),
  unit: z.literal('ms'),
  significantDigits: z.literal(DIGITS),
  histograms: byMetricSchema,
  /** Of each process that made a part of the load; absent: one made all of it. */
  generators: z.record(z.string(), byMetricSchema).optional(),
});
export type HistogramsDocument = z.infer<typeof histogramsSchema>;

export function emptyHistograms(): LatencyHistograms {
  return {
    'ack-latency': createHistogram(),
    'create-time': createHistogram(),
    'read-time': createHistogram(),
    'end-to-end': createHistogram(),
    'generator-lateness': createHistogram(),
  };
}

export function addHistograms(sum: LatencyHistograms, other: LatencyHistograms): void {
  for (const id of TIMED) sum[id].add(other[id]);
}

/** One document of these, and of the parts they are the sum of. */
export function histogramsDocument(
  whole: LatencyHistograms,
  parts?: ReadonlyMap<string, LatencyHistograms>,
): HistogramsDocument {
  return {
    schema: HISTOGRAMS_SCHEMA,
    unit: 'ms',
    significantDigits: DIGITS,
    histograms: figuresOf(whole),
    ...(parts && { generators: Object.fromEntries([...parts].map(([name, part]) => [name, figuresOf(part)])) }),
  };
}

/** The histograms that a document holds. */
export function histogramsOf({ histograms }: Pick<HistogramsDocument, 'histograms'>): LatencyHistograms {
  const read = emptyHistograms();
  for (const id of TIMED) read[id].add(decodeHistogram(histograms[id].hdr));
  return read;
}

function figuresOf(histograms: LatencyHistograms): HistogramsDocument['histograms'] {
  return {
    'ack-latency': figures(histograms['ack-latency']),
    'create-time': figures(histograms['create-time']),
    'read-time': figures(histograms['read-time']),
    'end-to-end': figures(histograms['end-to-end']),
    'generator-lateness': figures(histograms['generator-lateness']),
  };
}

function figures(histogram: DurationHistogram): HistogramFigures {
  const { count, min, max } = histogram;
  const [p50, p90, p95, p99, p999] = [0.5, 0.9, 0.95, 0.99, 0.999].map((p) => inMicroseconds(histogram.percentile(p)));
  return {
    ...{ count, min },
    ...{ p50: p50 ?? null, p90: p90 ?? null, p95: p95 ?? null, p99: p99 ?? null, p999: p999 ?? null },
    ...{ max, hdr: histogram.encode() },
  };
}

/** Between two whole µs there is nothing to be told. */
function inMicroseconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000) / 1000;
}
