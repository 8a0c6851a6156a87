import { parse } from 'yaml';
import { backoffs } from '../backoffs/index.ts';
import { faultUnits } from '../faults/index.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { withProfile } from './fault-profile.ts';
import { type Scenario, type ScenarioFault, scenarioSchema } from './scenario-schema.ts';
import { describeIssues } from './schema-issue.ts';

/** What a command line changes about a scenario. */
export interface Overrides {
  /** `agents.retry.delayMs=50`, `work.0.ms=[100,200]`, `faults.F12.count=5` */
  readonly set?: readonly string[];
  /** `F5=0.2` */
  readonly faults?: readonly string[];
  /** gentle, standard, hostile: beside the scenario's own. */
  readonly faultProfile?: string;
  readonly thresholds?: readonly string[];
  readonly agents?: number;
  /** A backoff's id; options of the scenario hold only for its own. */
  readonly backoff?: string;
  readonly record?: NonNullable<Scenario['record']>;
}

/** The scenario with all changes made and checked again. A UsageError names the option. */
export function applyOverrides(scenario: Scenario, overrides: Overrides): Scenario {
  const { faultProfile } = overrides;
  let changed =
    faultProfile === undefined ? scenario : { ...scenario, faults: [...withProfile(scenario.faults, faultProfile)] };
  for (const assignment of overrides.set ?? []) changed = assign(changed, assignment);
  if (overrides.agents !== undefined) changed = assign(changed, `agents.count=${overrides.agents}`, '--agents');
  if (overrides.backoff !== undefined && !Object.hasOwn(backoffs, overrides.backoff)) {
    throw unknownName('backoff', overrides.backoff, Object.keys(backoffs));
  }
  if (overrides.backoff !== undefined && overrides.backoff !== changed.agents.backoff.id) {
    const value = JSON.stringify({ id: overrides.backoff });
    changed = assign(changed, `agents.backoff=${value}`, '--backoff');
  }
  for (const wish of overrides.faults ?? []) changed = { ...changed, faults: withFault(changed, wish) };
  return {
    ...changed,
    thresholds: [...changed.thresholds, ...(overrides.thresholds ?? [])],
    ...(overrides.record === undefined ? {} : { record: overrides.record }),
  };
}

function assign(scenario: Scenario, assignment: string, option = '--set'): Scenario {
  const at = assignment.indexOf('=');
  if (at < 1) throw new UsageError(`${option} ${assignment}: expected key=value, for example agents.count=50`);
  const { name, ...body } = scenario;
  const path = assignment.slice(0, at).split('.');
  const document: unknown = structuredClone(body);
  for (const place of placesOf(document, path)) setAt(document, place, yamlValue(assignment.slice(at + 1), assignment));
  const parsed = scenarioSchema.safeParse(document);
  if (parsed.success) return { ...parsed.data, name };
  const complaints = describeIssues(scenarioSchema, parsed.error, document);
  throw new UsageError(complaints.map(({ key, message }) => `${option} ${assignment}: ${key}: ${message}`).join('\n'));
}

/** `faults.F12.count` stands for the same key of every F12 entry. */
function placesOf(document: unknown, path: readonly string[]): readonly (readonly string[])[] {
  const [list, code, ...rest] = path;
  if (list !== 'faults' || code === undefined || /^\d+$/.test(code)) return [path];
  const entries = memberOf(document, 'faults');
  const found = Array.isArray(entries)
    ? entries.flatMap((entry, index) => (memberOf(entry, 'fault') === code ? [['faults', String(index), ...rest]] : []))
    : [];
  if (found.length > 0) return found;
  const known = Array.isArray(entries) ? entries.map((entry) => String(memberOf(entry, 'fault'))) : [];
  throw unknownName('fault', code, [...new Set(known)], `--set ${path.join('.')}`);
}

function setAt(document: unknown, path: readonly string[], value: unknown): void {
  let node = document;
  for (const part of path.slice(0, -1)) {
    const next = memberOf(node, part);
    if (typeof next !== 'object' || next === null) {
      throw new UsageError(`--set ${path.join('.')}: the scenario has nothing at '${part}' that holds other keys`);
    }
    node = next;
  }
  const last = path.at(-1);
  if (Array.isArray(node) && !(Number(last) < node.length)) {
    throw new UsageError(`--set ${path.join('.')}: expected an index below ${node.length}, got '${last}'`);
  }
  if (typeof node === 'object' && node !== null && last !== undefined) Reflect.set(node, last, value);
}

function memberOf(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? Object.getOwnPropertyDescriptor(node, name)?.value : undefined;
}

function yamlValue(text: string, assignment: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`--set ${assignment}: not a YAML value`, { cause: error });
  }
}

/**
 * `F5=0.2`: every entry of that fault gets this probability, or one is added; 0 takes it out. For process faults the number
 * is how many strikes there are, and below 1 the share of the calls that trigger one.
 */
function withFault(scenario: Scenario, wish: string): ScenarioFault[] {
  const [code = '', text = ''] = wish.split('=');
  const unit = Object.hasOwn(faultUnits, code) ? faultUnits[code] : undefined;
  if (!unit) throw unknownName('fault', code, Object.keys(faultUnits), `--fault ${wish}`);
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isProcess = unit.meta.kind === 'process';
  if (!(value >= 0) || (isProcess ? value > 1 && !Number.isInteger(value) : value > 1)) {
    const expected = isProcess ? 'a number of strikes, or a share of the calls below 1' : 'a probability from 0 to 1';
    throw new UsageError(`--fault ${wish}: expected ${code}=N with ${expected}`);
  }
  const others = scenario.faults.filter(({ fault }) => fault !== code);
  if (value === 0) return others;
  const own = scenario.faults.filter(({ fault }) => fault === code);
  if (!isProcess) {
    // Several entries of one form would add up to more than was asked for.
    const first = own.filter((entry) => own.find(({ options }) => options.form === entry.options.form) === entry);
    const kept = first.length > 0 ? first : [{ fault: code, options: {} }];
    return [...others, ...kept.map(({ count: _count, ...entry }) => ({ ...entry, probability: value }))];
  }
  const count = value >= 1 ? value : Math.max(1, Math.round(value * scenario.calls));
  const [triggered] = own.filter(({ on }) => on !== undefined);
  const strike: ScenarioFault = triggered ?? { fault: code, on: 'acked', afterShare: [0.2, 0.6], options: {} };
  return [...others, { ...strike, count }];
}
