import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount } from '../../format.ts';
import { html } from '../../html.ts';
import { table } from '../../table.ts';

/** What agents were given: how instances are spread over kinds, tool classes and sizes. */
export const instancesSection: EvaluationSection = {
  id: 'instances',
  title: 'What agents were given',
  label: 'Instances',
  render({ evaluation: { document } }) {
    const { count, total, byKind, tasksByClass, tasksBySize, calls } = document.instances;
    if (count === 0) return null;
    const tableOf = (title: string, head: string, counted: string, counts: Readonly<Record<string, number>>) =>
      table(
        title,
        [{ title: head }, { title: counted, numeric: true }],
        Object.entries(counts).map(([name, number]) => ({ cells: [name, formatCount(number)] })),
      );
    return html`<p class="note">${formatCount(count)} of ${formatCount(total)} instances, ${formatCount(calls)} gold calls in all.</p>
<div class="columns">${tableOf('Instances by kind', 'Kind', 'Instances', { ...byKind })}${tableOf('Tasks by tool class', 'Tool class', 'Tasks', tasksByClass)}${tableOf('Tasks by number of calls', 'Calls', 'Tasks', tasksBySize)}</div>`;
  },
};
