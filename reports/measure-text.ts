import type { Measure, MeasureMeta } from '../harness/model/comparison.ts';
import { formatCount, formatMs, formatRatio } from './format.ts';

/** A measure as people read it: "0 of 60", "2.5 s", "5.64"; a dash where there is none. */
export function formatMeasure(measure: Measure | undefined, { unit }: Pick<MeasureMeta, 'unit'>): string {
  if (measure?.value == null) return '–';
  if (unit === 'share') return `${formatCount(measure.count ?? 0)} of ${formatCount(measure.n)}`;
  return `${numberText(measure.value, unit)}${measure.never === undefined ? '' : `, ${formatCount(measure.never)} never`}`;
}

/** Its interval in the same unit: "[2.31 s – 2.71 s]"; nothing where there is none. */
export function formatInterval(measure: Measure | undefined, { unit }: Pick<MeasureMeta, 'unit'>): string {
  if (measure?.low == null || measure.high == null) return '';
  return `[${numberText(measure.low, unit)} – ${numberText(measure.high, unit)}]`;
}

function numberText(value: number, unit: MeasureMeta['unit']): string {
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'share':
      return formatRatio(value);
    default:
      return value >= 1000 ? formatCount(value) : String(Number(value.toPrecision(3)));
  }
}
