import { readFile } from 'node:fs/promises';
import { PLAN_SCHEMA, type Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';

/** Reads a saved plan. It was written by this program, so its head is checked and the rest is trusted; a stranger is refused. */
export async function readPlan(path: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be read; expected the plan of a run`, { cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is not JSON; expected the plan of a run`, { cause });
  }
  if (!isPlan(value)) throw new UsageError(`${path}: expected a plan with schema ${PLAN_SCHEMA}`);
  return value;
}

function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false;
  const needed = ['calls', 'faults', 'target', 'limits', 'thresholds', 'mustReach', 'notApplicable'];
  return 'schema' in value && value.schema === PLAN_SCHEMA && needed.every((key) => key in value);
}
