import type { Plan } from '../model/plan.ts';
import type { WireTarget } from '../wire/wire-target.ts';

/** What the plan sets the server to, as the options of a module: each as text, times in ms. */
export function settingOptions({ target }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(target.settings ?? {}).map(([name, value]) => [name, String(value)]));
}

/** A server is asked for the ttl that the plan wants with each call, where its dialect can ask. */
export function askingFor(plan: Plan, wireTarget: WireTarget): WireTarget {
  return { ...wireTarget, ttlMs: plan.target.settings?.ttlMs ?? wireTarget.ttlMs };
}
