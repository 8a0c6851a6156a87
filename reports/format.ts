import type { MetricValue } from '../harness/model/metric-value.ts';

/** Numbers and times as people read them. */

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function formatCount(count: number): string {
  return GROUPED.format(count);
}

/** 3 calls, 1 call */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** 12.204 s: the instant of an event, from run start. */
export function formatInstant(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}

/** 0.4 ms, 212 ms, 1.02 s, 2 min 3 s; what is not 0 never reads as 0. */
export function formatMs(ms: number): string {
  const magnitude = Math.abs(ms);
  if (magnitude > 0 && magnitude < 0.05) return '< 0.1 ms';
  if (magnitude < 10) return `${trimmed(ms, 1)} ms`;
  if (magnitude < 1000) return `${Math.round(ms)} ms`;
  if (magnitude < 120_000) return `${trimmed(ms / 1000, 2)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function formatRatio(ratio: number): string {
  return `${trimmed(ratio * 100, 1)} %`;
}

/** A statistic in its unit; null is a dash, said as "too few samples" or "none" by the caller. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null) return '–';
  if (unit === 'ms') return formatMs(value);
  // A quotient above 1, as of a peak over a mean, reads badly in per cent.
  if (unit === 'ratio') return value > 1 ? `${trimmed(value, 2)} ×` : formatRatio(value);
  return Number.isInteger(value) ? formatCount(value) : trimmed(value, 2);
}

/** The statistic that stands for a distribution, the first that has enough samples. */
export const STATISTICS = ['p95', 'p50', 'mean'] as const;
export type Statistic = (typeof STATISTICS)[number];

/**
 * The one number of a metric that stands for it in tiles and comparisons, and what it is: a distribution says its statistic,
 * its samples and those that never came. `statistic`: which one, so that runs side by side show the same; else the first that
 * has enough samples. null: nothing was measured.
 */
export function headline(
  value: MetricValue,
  statistic?: Statistic,
): { readonly value: number | null; readonly unit: string; readonly what: string } {
  switch (value.type) {
    case 'trend': {
      const { unit, count, censored } = value;
      const never = censored > 0 ? `, ${formatCount(censored)} never` : '';
      const chosen = statistic ?? STATISTICS.find((name) => value[name] !== null);
      if (count === 0 || chosen === undefined) return { value: null, unit, what: `no samples${never}` };
      return { value: value[chosen], unit, what: `${chosen}, n\u00a0=\u00a0${formatCount(count)}${never}` };
    }
    case 'counter':
      return { value: value.value, unit: value.unit, what: value.unit };
    case 'rate':
      return {
        value: value.value,
        unit: 'ratio',
        what: `${trimmed(value.numerator, 2)} of ${trimmed(value.denominator, 2)}`,
      };
    case 'curve':
      return {
        value: value.at['7000'] ?? value.at['700'] ?? null,
        unit: 'ratio',
        what: value.at['7000'] === undefined ? 'after 700 ms' : 'after 7 s',
      };
  }
}

/** At most so many decimals, without trailing zeros. */
function trimmed(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}

/** A name out of an id: 'ack-latency' becomes 'Ack latency'. */
export function nameOfId(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Text cut to a length, with what was left out said. */
export function shortened(text: string, lengthMax: number): string {
  return text.length <= lengthMax
    ? text
    : `${text.slice(0, lengthMax)} … (${formatCount(text.length - lengthMax)} more characters)`;
}
