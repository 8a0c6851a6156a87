import { mean } from 'simple-statistics';
import type { Sample } from '../../model/evaluation/measure.ts';

/** A share; null: there were no cases. */
export function share(hits: number, cases: number): Sample | null {
  return cases > 0 ? { kind: 'share', hits, cases } : null;
}

/** The share of the items for which it holds; null: there are none. */
export function shareOf<Item>(items: readonly Item[], holds: (item: Item) => boolean): Sample | null {
  return share(items.filter(holds).length, items.length);
}

export function value(number: number | null): Sample | null {
  return number === null ? null : { kind: 'value', value: number };
}

/** The mean of an episode's figures; null: there are none. */
export function meanValue(numbers: readonly number[]): Sample | null {
  return numbers.length === 0 ? null : { kind: 'value', value: mean([...numbers]) };
}
