import { nameOfId } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../report-run.ts';
import { facts } from '../table.ts';

/** Where the run took place: times from different machines must not be compared. */
export const environmentSection: Section = {
  id: 'environment',
  title: 'Environment',
  label: 'Environment',
  render({ run }) {
    const { target } = run.verdict;
    const own: (readonly [string, string])[] = [
      ['Claimcheck', run.verdict.claimcheck],
      ['Started', run.verdict.startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
      [
        'Target',
        [target.kind, target.dialect, target.transport, target.store, target.queue]
          .filter((part) => part !== null)
          .join(', '),
      ],
    ];
    return facts([...own, ...flattened(run.environment)]);
  },
};

const NAMES: Readonly<Record<string, string>> = {
  'git.commit': 'Git commit',
  'git.dirty': 'Uncommitted changes',
  node: 'Node',
  'os.platform': 'Operating system',
  'os.kernel': 'Kernel',
  'os.arch': 'Architecture',
  'cpu.model': 'Processor',
  'cpu.cores': 'Processor cores',
  memoryBytes: 'Memory',
  loadAverage: 'Load average before the run',
  fingerprint: 'Machine fingerprint',
  'server.name': 'Server name',
  'server.version': 'Server version',
};

/** They stand above already, or say something about the file only. */
const LEFT_OUT = new Set(['schema', 'claimcheck', 'startedAt']);

/** One pair a value, nested ones too. Names that are not known are taken apart: diskBytes, disk bytes. */
function flattened(values: Readonly<Record<string, unknown>>, outer = ''): (readonly [string, Markup | string])[] {
  return Object.entries(values).flatMap(([name, value]): (readonly [string, Markup | string])[] => {
    const path = outer === '' ? name : `${outer}.${name}`;
    if (LEFT_OUT.has(path)) return [];
    if (isRecord(value)) return flattened(value, path);
    return [[NAMES[path] ?? nameOfId(spaced(path.replaceAll('.', ' '))), textOf(path, value)]];
  });
}

function textOf(path: string, value: unknown): Markup | string {
  if (path === 'memoryBytes' && typeof value === 'number') return `${(value / 2 ** 30).toFixed(1)} GiB`;
  if (path === 'loadAverage' && Array.isArray(value)) return `${value.join(', ')} (1, 5, 15 minutes)`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null) return 'not known';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return html`<code>${JSON.stringify(value) ?? ''}</code>`;
}

/** 'gitCommit' becomes 'git commit'. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
