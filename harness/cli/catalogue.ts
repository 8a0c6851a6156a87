import { dialects } from '../../src/dialects/index.ts';
import { QUEUES } from '../../src/queues/index.ts';
import { STORES } from '../../src/stores/index.ts';
import { agents } from '../agents/index.ts';
import { backoffs } from '../backoffs/index.ts';
import { checkers } from '../checkers/index.ts';
import { situations } from '../checkers/situations.ts';
import { realClients } from '../evaluation/clients/index.ts';
import { lintRules } from '../evaluation/lint/index.ts';
import { measures } from '../evaluation/measures/index.ts';
import { policies } from '../evaluation/policies/index.ts';
import { faults } from '../faults/index.ts';
import { loads } from '../loads/index.ts';
import { metrics } from '../metrics/index.ts';
import { LATENCY_LAW_METAS } from '../model/evaluation/latency-law.ts';
import { loadScenario, scenarioNames } from '../plan/scenario-file.ts';
import { reporters } from './reporters/index.ts';

/** One line of `list`, made from the unit's own meta. */
export interface CatalogueRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** What else its meta says, as text: a fault's name, a checker's invariants, a metric's unit. */
  readonly facts: Readonly<Record<string, string>>;
}

interface Described {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}

/** Everything that can be listed, by kind; read when it is asked for. */
export const KINDS: Readonly<Record<string, () => readonly CatalogueRow[]>> = {
  scenarios: () =>
    scenarioNames().map((name) => {
      const scenario = loadScenario(name);
      return row({ id: name, title: scenario.title, description: scenario.description }, {});
    }),
  faults: () =>
    metas(faults).map((meta) => row(meta, { name: meta.name, kind: meta.kind, options: optionsText(meta.options) })),
  stores: () =>
    metas(STORES).map((meta) => {
      // The program it stands on lives in real time.
      const time = meta.engine === undefined ? 'real and virtual' : 'not in virtual time';
      return row(meta, { durable: meta.durable ? 'yes' : 'no', engine: meta.engine ?? '', time });
    }),
  queues: () =>
    metas(QUEUES).map((meta) => {
      const time = meta.engine === undefined ? 'real and virtual' : 'not in virtual time';
      return row(meta, { engine: meta.engine ?? '', time });
    }),
  backoffs: () => metas(backoffs).map((meta) => row(meta, { options: optionsText(meta.options) })),
  dialects: () => metas(dialects).map((meta) => row(meta, {})),
  agents: () => metas(agents).map((meta) => row(meta, {})),
  loads: () => metas(loads).map((meta) => row(meta, { model: meta.model, options: optionsText(meta.options) })),
  checkers: () =>
    metas(checkers).map((meta) => row(meta, { invariants: meta.invariants.join(', '), judges: meta.judges })),
  metrics: () => metas(metrics).map((meta) => row(meta, { type: meta.type, unit: meta.unit, better: meta.better })),
  lint: () => metas(lintRules).map((meta) => row(meta, { name: meta.name })),
  policies: () => metas(policies).map((meta) => row(meta, { spoils: meta.spoils.join(', ') })),
  measures: () => metas(measures).map((meta) => row(meta, { group: meta.group, unit: meta.unit, better: meta.better })),
  'latency-laws': () => Object.values(LATENCY_LAW_METAS).map((meta) => row(meta, {})),
  situations: () => metas(situations).map((meta) => row(meta, {})),
  clients: () =>
    metas(realClients).map((meta) =>
      row(meta, {
        package: `${meta.package}@${meta.packages[meta.package] ?? ''}`,
        node: `${meta.node} or newer`,
        meets: meta.dialects.join(', '),
      }),
    ),
  reporters: () => metas(reporters).map((meta) => row(meta, {})),
};

function metas<M>(registry: Readonly<Record<string, { readonly meta: M }>>): M[] {
  return Object.values(registry).map(({ meta }) => meta);
}

function row({ id, title, description = '' }: Described, facts: CatalogueRow['facts']): CatalogueRow {
  return { id, title, description, facts };
}

function optionsText(options: Readonly<Record<string, unknown>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
