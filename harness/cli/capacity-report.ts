import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { renderCapacity } from '../../reports/capacity-report.ts';
import { CAPACITY_SCHEMA, type CapacityDocument } from '../model/capacity.ts';
import { UsageError } from '../model/usage-error.ts';
import { shown } from './out-directory.ts';

export const CAPACITY_FILE = 'capacity.json';
export const REPORT_FILE = 'report.html';

const rate = z.number().nullable();
const capacitySchema = z.object({
  ...{ schema: z.literal(CAPACITY_SCHEMA), scenario: z.string(), thresholds: z.array(z.string()) },
  ...{
    rate,
    failsAt: rate,
    generatorAt: rate,
    why: z.string().nullable(),
    confirmed: z.number(),
    sureShare: z.number(),
  },
  probes: z.array(
    z.object({
      rate: z.number(),
      outcome: z.enum(['holds', 'fails', 'generator', 'unknown']),
      directory: z.string(),
      ...{ arrivals: rate, results: rate, ackP95: rate, latenessP99: rate, why: z.string().nullable() },
    }),
  ),
});

/** A folder that holds a search for a capacity: its runs lie below. */
export function isCapacityDirectory(path: string): boolean {
  return existsSync(join(path, CAPACITY_FILE));
}

/** One HTML file for a search, with links to the reports of its runs. `base`: where it lies. */
export function drawCapacity(
  document: CapacityDocument,
  { cwd, base }: { readonly cwd: string; readonly base: string },
): string {
  return renderCapacity(document, {
    directory: shown(cwd, base),
    linkTo: (directory) => `${encodeURI(relative(base, resolve(cwd, directory)))}/${REPORT_FILE}`,
  });
}

/** The same for a saved one. Its runs are looked for below it, wherever it was moved. */
export function drawSavedCapacity(base: string, cwd: string): string {
  const path = join(base, CAPACITY_FILE);
  const found = capacitySchema.safeParse(parsed(readFileSync(path, 'utf8'), path));
  if (!found.success) throw new UsageError(`${path} is not a search for a capacity (${CAPACITY_SCHEMA})`);
  return renderCapacity(found.data, {
    directory: shown(cwd, base),
    linkTo: (directory) => `${encodeURIComponent(directory.split('/').at(-1) ?? '')}/${REPORT_FILE}`,
  });
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${where} is damaged: not JSON`, { cause });
  }
}
