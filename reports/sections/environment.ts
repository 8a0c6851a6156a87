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
      ['Started', run.verdict.startedAt],
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

/** Nested values become 'outer inner' names. */
function flattened(values: Readonly<Record<string, unknown>>, outer = ''): (readonly [string, Markup | string])[] {
  return Object.entries(values).flatMap(([name, value]): (readonly [string, Markup | string])[] => {
    const label = outer === '' ? nameOfId(spaced(name)) : `${outer} ${spaced(name)}`;
    if (isRecord(value)) return flattened(value, label);
    return [[label, typeof value === 'string' ? value : html`<code>${JSON.stringify(value) ?? ''}</code>`]];
  });
}

/** 'gitCommit' becomes 'git commit'. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
