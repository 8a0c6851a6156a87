import { UsageError } from '../model/usage-error.ts';

export const OPERATORS = ['<=', '>=', '==', '!=', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Parts of a run that a threshold may ask for. */
export const PHASES = ['clean', 'fault', 'recovery'] as const;
export type Phase = (typeof PHASES)[number];

/** A threshold taken apart, before anybody knows what its names mean. */
export interface ThresholdText {
  readonly name: string;
  /** Without spaces; undefined: none was given. */
  readonly statistic: string | undefined;
  readonly during: Phase | undefined;
  readonly operator: Operator;
  /** As written, with its unit; or the factor of the baseline. */
  readonly digits: string;
  readonly unit: string;
  readonly isBaseline: boolean;
  readonly isPaired: boolean;
}

const FORM =
  "NAME[.STATISTIC] [during clean|fault|recovery] OPERATOR NUMBER[UNIT], or OPERATOR baseline [* NUMBER] [paired], for example 'detection-lag.p95 < 800ms' or 'lost == 0'";

/**
 * Takes a threshold apart. Throws a UsageError that says at which character it stopped making sense, and what was expected there.
 */
export function readThreshold(text: string): ThresholdText {
  const reader = createReader(text);
  const name = reader.need(/[a-z][a-z0-9-]*/y, 'the id of a metric or a fate');
  const statistic = reader.take(/\.[a-zA-Z0-9]+(?:\(\s*\d+\s*\))?/y);
  const phase = reader.take(/during\b/y) === undefined ? undefined : reader.need(/[a-z]+/y, PHASES.join(', '));
  const during = PHASES.find((known) => known === phase);
  if (phase !== undefined && during === undefined) throw reader.fault(PHASES.join(', '), phase.length);
  const signs = [...OPERATORS].sort().join(' ');
  const sign = reader.need(/<=|>=|==|!=|<|>/y, `an operator (${signs})`);
  const operator = OPERATORS.find((known) => known === sign);
  if (operator === undefined) throw reader.fault(`an operator (${signs})`, sign.length);
  const isBaseline = reader.take(/baseline\b/y) !== undefined;
  const number = /-?\d+(?:\.\d+)?/y;
  const isScaled = isBaseline && reader.take(/\*/y) !== undefined;
  const digits =
    isBaseline && !isScaled ? '1' : reader.need(number, isBaseline ? 'a number' : "a number or 'baseline'");
  const unit = isBaseline ? '' : (reader.take(/(?!paired\b)[A-Za-z%]+/y) ?? '');
  const isPaired = isBaseline && reader.take(/paired\b/y) !== undefined;
  reader.end(isBaseline ? "'paired' or the end" : 'the end');
  return {
    name,
    statistic: statistic?.slice(1).replaceAll(/\s/g, ''),
    during,
    operator,
    digits,
    unit,
    isBaseline,
    isPaired,
  };
}

/** As it stands in a verdict: spaces tidied, nothing left out. */
export function tidied({
  name,
  statistic,
  during,
  operator,
  digits,
  unit,
  isBaseline,
  isPaired,
}: ThresholdText): string {
  const what = statistic === undefined ? name : `${name}.${statistic}`;
  const when = during === undefined ? '' : ` during ${during}`;
  const scaled = Number(digits) === 1 ? 'baseline' : `baseline * ${digits}`;
  return `${what}${when} ${operator} ${isBaseline ? scaled : `${digits}${unit}`}${isPaired ? ' paired' : ''}`;
}

interface Reader {
  /** The next word where it is of this form. */
  take(form: RegExp): string | undefined;
  need(form: RegExp, expected: string): string;
  end(expected: string): void;
  /** What is wrong, `back` characters before the place that was read last. */
  fault(expected: string, back: number): UsageError;
}

function createReader(text: string): Reader {
  let at = 0;
  const skip = () => {
    while (/\s/.test(text.charAt(at))) at += 1;
  };
  const fault = (expected: string, back: number) => {
    const place = at - back;
    const found = place >= text.length ? 'it ends there' : `found '${text.slice(place, place + 12)}'`;
    return new UsageError(
      `Threshold '${text}' does not parse at character ${place + 1}: expected ${expected}, ${found}. The form is ${FORM}.`,
    );
  };
  const take = (form: RegExp) => {
    skip();
    form.lastIndex = at;
    const [word] = form.exec(text) ?? [];
    if (word !== undefined) at += word.length;
    return word;
  };
  return {
    take,
    fault,
    need(form, expected) {
      const word = take(form);
      if (word === undefined) throw fault(expected, 0);
      return word;
    },
    end(expected) {
      skip();
      if (at < text.length) throw fault(expected, 0);
    },
  };
}
