import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { NS_PER_MS } from './clock.ts';

const NS_PER_US = 1000;
const US_PER_MS = NS_PER_MS / NS_PER_US;
/** Decimal digits of a value that are kept: each percentile is right to a thousandth of itself. */
export const DIGITS = 3;

/** Durations as an HDR histogram of whole µs: as large after a million of them as after a thousand, and added up without loss. */
export interface DurationHistogram {
  record(ns: number): void;
  /** Adds what another one holds. */
  add(other: DurationHistogram): void;
  readonly count: number;
  /** ms; null below 1/(1 - p) durations, as of samples that are all kept. */
  percentile(p: number): number | null;
  /** ms; null: it is empty. */
  readonly min: number | null;
  readonly max: number | null;
  /** Base64 of the compressed V2 form, which tools for HDR histograms read. */
  encode(): string;
}

export function createHistogram(): DurationHistogram {
  return new HdrDurations(build({ numberOfSignificantValueDigits: DIGITS }));
}

/** Throws when the text is none of ours. */
export function decodeHistogram(text: string): DurationHistogram {
  return new HdrDurations(decodeFromCompressedBase64(text));
}

class HdrDurations implements DurationHistogram {
  readonly #counts: Histogram;

  constructor(counts: Histogram) {
    this.#counts = counts;
  }

  get count(): number {
    return this.#counts.totalCount;
  }

  get min(): number | null {
    return this.count === 0 ? null : this.#atRank(1);
  }

  get max(): number | null {
    return this.count === 0 ? null : this.#atRank(this.count);
  }

  record(ns: number): void {
    this.#counts.recordValue(Math.max(0, Math.round(ns / NS_PER_US)));
  }

  add(other: DurationHistogram): void {
    if (!(other instanceof HdrDurations)) throw new Error('expected a histogram of the same kind');
    this.#counts.add(other.#counts);
  }

  percentile(p: number): number | null {
    const { count } = this;
    // In whole samples, and evenly between two of them, as percentile.ts has it: both say the same of the same samples.
    if (count < Math.round(1 / (1 - p))) return null;
    const index = (count - 1) * p;
    const lower = this.#atRank(Math.floor(index) + 1);
    return lower + (index % 1) * (this.#atRank(Math.ceil(index) + 1) - lower);
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#counts);
  }

  /** The duration that so many are not longer than, ms. */
  #atRank(rank: number): number {
    // The library rounds up to a whole rank: half of one below is out of reach of what floating point adds.
    return this.#counts.getValueAtPercentile((100 * (rank - 0.5)) / this.count) / US_PER_MS;
  }
}
