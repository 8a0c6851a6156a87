import type { BootView } from '../../harness/model/history-index.ts';
import { formatInstant, formatMs, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { axis, lane } from '../lane.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { table } from '../table.ts';
import { createTimeScale } from '../time-scale.ts';

/** Starts that have a row each; more share one. */
const LANES_MAX = 20;

/** The server's life: when it started, was ready and ended, by whose hand, and its last words. */
export const serverSection: Section = {
  id: 'server',
  title: 'The server',
  label: 'Server',
  render(input) {
    const { history, stderr } = input.run;
    if (history.boots.length === 0 && stderr.length === 0) return null;
    const scale = createTimeScale(history.endT);
    const rows = history.boots.map((boot) => ({
      id: `${input.prefix}boot-${boot.boot}`,
      cells: [
        String(boot.boot),
        String(boot.spawn?.pid ?? '–'),
        boot.spawn === null ? '–' : formatInstant(boot.spawn.t),
        readyText(boot),
        boot.exit === null ? 'never seen' : formatInstant(boot.exit.t),
        exitText(boot),
        byText(input, boot),
      ],
    }));
    const lives = history.boots.map((boot) => ({
      name: `boot ${boot.boot}`,
      mark: { fromT: boot.spawn?.t ?? 0, toT: boot.exit?.t ?? history.endT, label: `boot ${boot.boot}` },
    }));
    const lanes =
      lives.length <= LANES_MAX
        ? lives.map(({ name, mark }) => lane(name, [mark], scale, 'life'))
        : lane(
            'alive',
            lives.map(({ mark }) => mark),
            scale,
            'life',
          );
    return html`<div class="lanes" role="img" aria-label="When each start of the server was alive, as in the table below">${lanes}${axis(scale)}</div>
${table('Starts of the server', [{ title: 'Boot', numeric: true }, { title: 'Process', numeric: true }, { title: 'Started', numeric: true }, { title: 'Ready after', numeric: true }, { title: 'Ended', numeric: true }, { title: 'How' }, { title: 'By' }], rows)}
${stderrTails(input)}`;
  },
};

function readyText({ spawn, ready }: BootView): string {
  return spawn === null || ready === null ? 'never' : formatMs((ready.t - spawn.t) / 1e6);
}

function byText({ run: { plan, history } }: SectionInput, { exit }: BootView): string {
  if (exit === null) return '–';
  if (exit.by === 'harness')
    return history.interrupted ? 'the harness, which was interrupted' : 'the harness, at the end';
  const fault = plan.faults.find(({ entry }) => entry === exit.by);
  return fault === undefined ? 'the server itself' : `fault ${fault.entry} (${fault.name})`;
}

function exitText({ exit }: BootView): string {
  if (exit === null) return '–';
  if (exit.signal != null) return exit.signal;
  return exit.code == null ? '–' : `exit code ${exit.code}`;
}

function stderrTails({ run }: SectionInput): Markup {
  return html`${run.stderr.map(({ boot, tail }) =>
    tail.trim() === ''
      ? html`<p class="note">Boot ${boot} wrote nothing to stderr.</p>`
      : html`<details><summary>stderr of boot ${boot}: ${plural(tail.trim().split('\n').length, 'line')} at its end</summary><pre tabindex="0">${tail}</pre></details>`,
  )}`;
}
